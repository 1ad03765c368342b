export { duties } from './capability.ts'
export { dutyMoved } from './events.ts'
export { type Summary as DutySummary, summariseDuties, summariseDutiesThen } from './reading/standings.ts'
