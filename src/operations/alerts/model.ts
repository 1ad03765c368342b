import { z } from 'zod'

export const severities = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]
export const Severity = z.enum(severities)

export const alertStates = ['new', 'acknowledged', 'working', 'waiting', 'closed'] as const
export type AlertState = (typeof alertStates)[number]

// Nothing leaves closed: what happens again is another alert. Any open one may lapse back to new when nothing follows.
const next: Record<AlertState, readonly AlertState[]> = {
  new: ['acknowledged', 'working', 'waiting', 'closed'],
  acknowledged: ['working', 'waiting', 'closed', 'new'],
  working: ['waiting', 'closed'],
  waiting: ['working', 'closed'],
  closed: [],
}
export const canMoveAlert = (from: AlertState, to: AlertState) => next[from].includes(to)

/** Whether the alert was right: nothing can be said of it before somebody says so. */
export const verdicts = ['true', 'false', 'duplicate'] as const
export type Verdict = (typeof verdicts)[number]

/** A label matches by its text or by a regular expression over the whole of it; the absent label is the empty text. */
export const Matcher = z.strictObject({
  name: z.string().min(1).max(200),
  value: z.string().max(1000),
  isRegex: z.boolean().default(false),
  isEqual: z.boolean().default(true),
})
export type Matcher = z.infer<typeof Matcher>

/** What stands behind an alert: a number, a record, a duty, a directive, a source. */
export const Subject = z.strictObject({
  kind: z.enum(['indicator', 'record', 'duty', 'directive', 'source', 'project']),
  code: z.string().max(200),
  title: z.string().max(500),
  url: z
    .string()
    .max(1000)
    .regex(/^\/(?![/\\])/),
  factId: z.int().positive().optional(),
})
export type Subject = z.infer<typeof Subject>

export const inlets = ['rule', 'api', 'alertmanager', 'webhook', 'hand'] as const
export type Inlet = (typeof inlets)[number]

const bySeverity = (critical: number, high: number, medium: number, low: number) =>
  z
    .strictObject({
      critical: z.number().positive(),
      high: z.number().positive(),
      medium: z.number().positive(),
      low: z.number().positive(),
    })
    .default({ critical, high, medium, low })

const grouping = (labels: string[]) =>
  z.strictObject({ groupBy: z.array(z.string()).default(labels) }).default({ groupBy: labels })

/** `alerts/settings.yaml` of a pack; each value has a default, so that a pack without it works. */
export const Settings = z.strictObject({
  source: z.string().default(''),
  /** Organisation of what names none; the pack's root where nothing is said. */
  organisation: z.string().optional(),
  /** Labels by which an inlet's signals fold into one alert; none: each thing is a cause of its own. */
  inlets: z
    .strictObject({
      alertmanager: grouping(['alertname', 'quan']),
      webhook: grouping(['alertname', 'quan']),
      api: grouping([]),
    })
    .prefault({}),
  /** Words of other systems → our severities. */
  severities: z.record(z.string(), Severity).default({}),
  organisationLabels: z.array(z.string()).default(['organisation', 'don_vi']),
  areaLabels: z.array(z.string()).default(['area', 'dia_ban']),
  /** Minutes within which an alert is to be acknowledged; then it climbs. */
  acknowledgeMinutes: bySeverity(5, 15, 60, 240),
  /** Minutes after which an acknowledgement lapses when nothing followed. */
  followMinutes: bySeverity(15, 60, 240, 1440),
  /** Minutes between two steps of the climb: of any hour for what is grave, of working time for the rest. */
  climbMinutes: bySeverity(10, 30, 120, 480),
  graveSeverities: z.array(Severity).default(['critical']),
  flapping: z
    .strictObject({ times: z.int().min(2), withinMinutes: z.number().positive() })
    .default({ times: 4, withinMinutes: 60 }),
  /** Minutes after which an alert whose cause is over and that nobody has taken is closed. */
  closeEndedMinutes: z.number().positive().default(240),
  /** Of Alertmanager's senders that tell no end. */
  resolveTimeoutMinutes: z.number().positive().default(5),
  /** What began longer ago than this is dropped, and counted. */
  lateHours: z
    .number()
    .positive()
    .default(24 * 31),
  futureMinutes: z.number().positive().default(15),
  /** Days for which the single occurrences of an alert are kept; alerts, their counts and the balance stay. */
  keepSignalDays: z.int().min(31).default(180),
  inhibit: z
    .array(
      z.strictObject({
        code: z.string(),
        source: z.array(Matcher).min(1),
        target: z.array(Matcher).min(1),
        equal: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  /** Alerts per operator in ten minutes from which the load is high, and from which nobody can bear it (EEMUA 191: 2 and 5). */
  load: z.strictObject({ high: z.number(), unbearable: z.number() }).default({ high: 2, unbearable: 5 }),
})
export type Settings = z.infer<typeof Settings>

export const defaultSettings: Settings = Settings.parse({})

/** An alert as lists show it. */
export interface AlertRow {
  id: number
  code: string
  headline: string
  severity: Severity
  state: AlertState
  organisation: string
  area?: string
  inlet: Inlet
  origin: string
  startsAt: Date
  raisedAt: Date
  lastAt: Date
  endedAt?: Date
  dueAt?: Date
  owner?: string
  count: number
  playbook?: string
  point?: readonly [number, number]
  isFlapping: boolean
  isSilenced: boolean
  isInhibited: boolean
  verdict?: Verdict
  closedAt?: Date
  url: string
}

export const listPath = '/canh-bao'
export const alertPath = (code: string) => `${listPath}/${encodeURIComponent(code)}`
