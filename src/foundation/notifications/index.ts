export { listReaders, notify } from './actions.ts'
export { notifications } from './capability.ts'
export type { Recipient } from './model.ts'
export { collectNotices } from './rules/templates.ts'
