export {
  acknowledgeAlerts,
  assignAlert,
  closeAlerts,
  getAlert,
  judgeAlert,
  moveAlert,
  noteAlert,
} from './actions.ts'
export { alerts } from './capability.ts'
export { type AlertCounts, countAlerts, countOpenAlerts, listOpenAlerts } from './counts.ts'
export { alertMoved } from './events.ts'
export { type AlertView, canHandleAlert, type DeskQueue, listDeskAlerts, readAlertView } from './face.ts'
export { type Balance, listLoad, sumBalance } from './intake/balance-store.ts'
export { type AlertRow, type AlertState, alertPath, listPath as alertListPath, type Severity } from './model.ts'
export { type RaisedAlert, raiseAlert } from './raise.ts'
export { evaluateRules } from './rules/evaluate.ts'
export { listEvents as listAlertEvents } from './timeline-store.ts'
export { sweep as sweepAlerts } from './timers/sweep.ts'
