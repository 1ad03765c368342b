export { places } from './capability.ts'
