export { closeItem, moveDues, openItem } from './actions.ts'
export { worklist } from './capability.ts'
export type { ItemKey, WorkItem } from './model.ts'
