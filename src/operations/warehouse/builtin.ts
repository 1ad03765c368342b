import { UsageFault } from '#platform/capability'
import type { Contract } from './model.ts'
import { Contract as ContractSchema } from './model.ts'

// Contracts for event logs of any origin: what a log says beyond the standard's own attributes is kept beside them.

export const builtinNames = ['xes', 'event-log-csv'] as const
export type BuiltinName = (typeof builtinNames)[number]

export interface BuiltinOptions {
  source: string
  organisation: string
  timeZone: string
  /** Column by role, for CSV. */
  columns: Partial<Record<Role, string>>
  pattern?: string
  delimiter?: string
  encoding?: string
}

export const roles = [
  'case',
  'activity',
  'timestamp',
  'event-id',
  'lifecycle',
  'resource',
  'unit',
  'case-type',
  'channel',
  'state',
  'start',
  'due',
  'end',
] as const
export type Role = (typeof roles)[number]

const fieldOf: Record<Exclude<Role, 'event-id'>, string> = {
  case: 'caseId',
  activity: 'activity',
  timestamp: 'occurredAt',
  lifecycle: 'lifecycle',
  resource: 'resource',
  unit: 'unit',
  'case-type': 'caseType',
  channel: 'channel',
  state: 'state',
  start: 'startedAt',
  due: 'dueAt',
  end: 'endedAt',
}

/** Names under which tools write the parts of an event; the first that a file has is taken when no flag says otherwise. */
const usual: Partial<Record<Role, readonly string[]>> = {
  case: ['case:concept:name', 'case_id', 'caseid', 'Case ID', 'CaseID', 'case'],
  activity: ['concept:name', 'activity', 'Activity', 'event', 'Event'],
  timestamp: ['time:timestamp', 'timestamp', 'Timestamp', 'Complete Timestamp', 'time'],
  lifecycle: ['lifecycle:transition', 'lifecycle'],
  resource: ['org:resource', 'resource', 'Resource'],
  unit: ['org:group'],
  'event-id': ['identity:id', 'concept:instance', 'event_id'],
}

/** Columns of a log by their roles: as flags say, else by the usual names. @throws UsageFault */
export function findRoles(
  header: readonly string[],
  flags: Partial<Record<Role, string>>,
): Partial<Record<Role, string>> {
  const found: Partial<Record<Role, string>> = {}
  for (const role of roles) {
    const flag = flags[role]
    if (flag !== undefined && !header.includes(flag)) {
      throw new UsageFault(`The file has no column "${flag}" (--${role}). Its columns are: ${header.join(', ')}`)
    }
    const name = flag ?? usual[role]?.find((candidate) => header.includes(candidate))
    if (name !== undefined) found[role] = name
  }
  for (const role of ['case', 'activity', 'timestamp'] as const) {
    if (found[role] === undefined) {
      throw new UsageFault(`Say which column holds the ${role}: --${role} NAME. The columns are: ${header.join(', ')}`)
    }
  }
  return found
}

const patterns = [
  'iso',
  'dd/MM/yyyy HH:mm:ss',
  'dd/MM/yyyy HH:mm',
  'yyyy/MM/dd HH:mm:ss.SSS',
  'yyyy/MM/dd HH:mm:ss',
  'yyyy-MM-dd',
  'dd/MM/yyyy',
]

function basics({ source, organisation, timeZone }: BuiltinOptions, name: string, nameEn: string) {
  return {
    code: source,
    name,
    nameEn,
    organisation,
    custodian: 'Người nhập nhật ký',
    basis: { kind: 'internal', title: 'Phân tích nhật ký quy trình theo yêu cầu' },
    cadence: { every: 'once' },
    kind: 'case-event',
    timeZone,
    mode: 'delta',
    otherColumns: 'keep',
  } as const
}

export function eventLogContract(options: BuiltinOptions): Contract {
  const { columns } = options
  const instants: Role[] = ['timestamp', 'start', 'due', 'end']
  const required: Role[] = ['case', 'activity', 'timestamp']
  const used = roles.flatMap((role) => {
    const name = columns[role]
    return name === undefined ? [] : [{ role, name }]
  })
  const map = used.flatMap(({ role, name }) => (role === 'event-id' ? [] : [[fieldOf[role], { column: name }]]))
  const byId = columns['event-id'] !== undefined
  return ContractSchema.parse({
    ...basics(options, 'Nhật ký sự kiện (CSV)', 'Event log (CSV)'),
    format: { type: 'csv', delimiter: options.delimiter ?? 'auto', encoding: options.encoding ?? 'auto' },
    columns: used.map(({ role, name }) => ({
      name,
      type: instants.includes(role) ? 'instant' : 'text',
      patterns: instants.includes(role) ? (options.pattern ? [options.pattern] : patterns) : [],
      twice: 'earlier',
      required: required.includes(role),
    })),
    key: byId
      ? [columns.case, columns['event-id']]
      : [
          columns.case,
          columns.activity,
          columns.timestamp,
          ...optional(columns.lifecycle),
          ...optional(columns.resource),
          '$nth',
        ],
    map: Object.fromEntries(map),
  })
}

const optional = (name: string | undefined): string[] => (name === undefined ? [] : [name])

/** Standard extensions of XES: concept, lifecycle, organizational, time, identity. Everything else is kept as attributes. */
export function xesContract(options: BuiltinOptions): Contract {
  const text = (name: string, required = false) => ({ name, required, mustExist: required })
  return ContractSchema.parse({
    ...basics(options, 'Nhật ký sự kiện (XES)', 'Event log (XES)'),
    format: { type: 'xes' },
    columns: [
      text('case:concept:name', true),
      text('concept:name', true),
      { name: 'time:timestamp', type: 'instant', patterns: ['iso'], twice: 'earlier', required: true },
      text('lifecycle:transition'),
      text('org:resource'),
      text('org:group'),
      text('concept:instance'),
      text('identity:id'),
    ],
    key: [
      'case:concept:name',
      'concept:name',
      'time:timestamp',
      'lifecycle:transition',
      'concept:instance',
      'org:resource',
      'identity:id',
      '$nth',
    ],
    map: {
      caseId: { column: 'case:concept:name' },
      activity: { column: 'concept:name' },
      occurredAt: { column: 'time:timestamp' },
      lifecycle: { column: 'lifecycle:transition' },
      resource: { column: 'org:resource' },
      unit: { column: 'org:group' },
    },
  })
}
