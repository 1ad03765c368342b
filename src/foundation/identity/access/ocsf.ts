/**
 * Security events in the Open Cybersecurity Schema Framework (OCSF 1.1.0, schema.ocsf.io), which monitoring reads without an adapter. Each is
 * an entry of the ledger: `metadata.uid` is its id, `metadata.sequence` its number. What the schema has no place for is in `unmapped`.
 */
import type { Entry, Json } from '#ledger'

const authentication = 3002
const accountChange = 3001
const entityManagement = 3004
const userAccess = 3005
const apiActivity = 6003

/** Of the schema: informational, low, medium, high. */
type Severity = 1 | 2 | 3 | 4
const failure = 2

interface Kind {
  class: number
  activity: number
  severity: Severity
  status?: typeof failure
}

const kind = (ofClass: number, activity: number, severity: Severity = 1, status?: typeof failure): Kind => ({
  class: ofClass,
  activity,
  severity,
  status,
})

const [logon, logoff, ticket, otherActivity] = [1, 2, 3, 99]
const [created, enabled, passwordChanged, passwordReset, disabled, locked, factorAdded, factorRemoved] = [
  1, 2, 3, 4, 5, 9, 10, 11,
]
const [assigned, revoked] = [1, 2]

const kinds: Readonly<Record<string, Kind>> = {
  'session.opened': kind(authentication, logon),
  'session.refused': kind(authentication, logon, 2, failure),
  'session.stepped-up': kind(authentication, logon),
  'session.closed': kind(authentication, logoff),
  'session.revoked': kind(authentication, logoff, 2),
  'session.locked-out': kind(accountChange, locked, 3),
  'sign-on.opened': kind(authentication, ticket),
  'sign-on.refused': kind(authentication, ticket, 2, failure),
  'sign-on.closed': kind(authentication, logoff),
  'sign-on.revoked': kind(authentication, logoff, 2),
  'machine-token.issued': kind(authentication, ticket),
  'machine-token.refused': kind(authentication, ticket, 3, failure),
  'token.issued': kind(entityManagement, 1, 2),
  'token.refused': kind(apiActivity, otherActivity, 3, failure),
  'token.revoked': kind(entityManagement, 4, 2),
  'client.created': kind(entityManagement, 1, 2),
  'client.changed': kind(entityManagement, 3, 2),
  'client.disabled': kind(entityManagement, 4, 2),
  'signing-key.made': kind(entityManagement, 1),
  'signing-key.removed': kind(entityManagement, 4),
  'account.created': kind(accountChange, created),
  'account.enabled': kind(accountChange, enabled, 2),
  'account.disabled': kind(accountChange, disabled, 2),
  'account.password-changed': kind(accountChange, passwordChanged),
  'account.password-reset': kind(accountChange, passwordReset, 2),
  'passkey.added': kind(accountChange, factorAdded),
  'passkey.removed': kind(accountChange, factorRemoved, 2),
  'one-time-code.added': kind(accountChange, factorAdded),
  'one-time-code.removed': kind(accountChange, factorRemoved, 2),
  'recovery-codes.renewed': kind(accountChange, otherActivity),
  'account.role-given': kind(userAccess, assigned, 2),
  'account.role-taken': kind(userAccess, revoked, 2),
  'stand-in.given': kind(userAccess, assigned, 2),
  'stand-in.revoked': kind(userAccess, revoked, 2),
  'stand-in.begun': kind(authentication, otherActivity, 2),
  'stand-in.ended': kind(authentication, otherActivity),
  'emergency.asked': kind(userAccess, otherActivity, 3),
  'emergency.approved': kind(userAccess, assigned, 4),
  'emergency.refused': kind(userAccess, assigned, 3, failure),
  'emergency.ended': kind(userAccess, revoked, 3),
  'emergency.reviewed': kind(userAccess, otherActivity, 2),
  'inspection.asked': kind(userAccess, otherActivity, 2),
  'inspection.approved': kind(userAccess, assigned, 3),
  'inspection.refused': kind(userAccess, assigned, 2, failure),
  'inspection.ended': kind(userAccess, revoked, 2),
  'access.refused': kind(apiActivity, otherActivity, 2, failure),
  'access.refused-again': kind(apiActivity, otherActivity, 3, failure),
  'access.step-up-asked': kind(apiActivity, otherActivity, 1, failure),
}

/** Deeds of the ledger that are security events. */
export const securityActions = Object.keys(kinds)

const activityOfMethod: Readonly<Record<string, number>> = { POST: 1, GET: 2, PUT: 3, PATCH: 3, DELETE: 4 }

/** @throws TypeError for an entry that is no security event. */
export function toSecurityEvent(entry: Entry & { leafIndex: number }): Record<string, unknown> {
  const known = kinds[entry.action]
  if (!known) throw new TypeError(`${entry.action} is no security event`)
  const { address, route, times, firstAt, lastAt, ...rest } = factsOf(entry.body)
  const [method = '', path = ''] = String(route ?? '').split(' ')
  const isCall = known.class === apiActivity
  const activity = isCall ? (activityOfMethod[method] ?? otherActivity) : known.activity
  const [kindOfSubject, ...code] = entry.subject.split(':')
  const user = { name: kindOfSubject === 'account' ? code.join(':') : accountOf(rest, entry.actor) }
  return {
    class_uid: known.class,
    category_uid: Math.floor(known.class / 1000),
    activity_id: activity,
    type_uid: known.class * 100 + activity,
    severity_id: known.severity,
    status_id: known.status ?? 1,
    time: entry.at.getTime(),
    ...(typeof times === 'number' ? { count: times, start_time: timeOf(firstAt), end_time: timeOf(lastAt) } : {}),
    message: entry.action,
    metadata: {
      version: '1.1.0',
      uid: entry.id,
      sequence: entry.leafIndex,
      product: { name: 'Trầm Hương', vendor_name: 'Trầm Hương' },
      ...(isCall ? { profiles: ['security_control'] } : {}),
    },
    actor: { user: { name: entry.actor } },
    ...(isCall ? { api: { operation: path || '*' }, action_id: 2, disposition_id: 2 } : { user }),
    ...(typeof address === 'string' ? { src_endpoint: { ip: address } } : {}),
    unmapped: {
      ...rest,
      subject: entry.subject,
      organisation: entry.organisation,
      ...(entry.onBehalfOf ? { onBehalfOf: entry.onBehalfOf } : {}),
    },
  }
}

const factsOf = (body: Json | undefined): Record<string, Json> =>
  Object.fromEntries(typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.entries(body) : [])

const accountOf = ({ account }: Record<string, Json>, actor: string): string =>
  typeof account === 'string' ? account : actor

const timeOf = (at: Json | undefined): number | undefined => (typeof at === 'string' ? Date.parse(at) : undefined)
