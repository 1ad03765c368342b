export { centre } from './capability.ts'
