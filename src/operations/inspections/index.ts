export { inspections } from './capability.ts'
