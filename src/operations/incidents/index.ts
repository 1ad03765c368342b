export { createIncidents } from './capability.ts'
export { callAnswered, incidentMoved } from './events.ts'
export {
  type AlertToOpen,
  findPlaybook,
  listOpenIncidents,
  listOpenIncidentsThen,
  type OpenIncident,
  openIncidentPath,
  type PlaybookName,
} from './record/face.ts'
export { type CallStanding, type CallWish, callOut, endCallOut, findCallStanding } from './roster/call-out.ts'
export { type CurrentShift, currentShift, onDuty } from './roster/on-duty.ts'
