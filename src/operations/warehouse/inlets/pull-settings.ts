import { z } from 'zod'
import { isSchedule } from './schedule.ts'

const SecretName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Tên tệp bí mật chỉ gồm chữ thường không dấu, số và dấu gạch nối.')

/** A table, view or column as the database names it; always quoted, never text of a query. */
const Name = z
  .string()
  .regex(/^[^\p{Cc}"'`[\];\\]{1,128}$/u, 'Tên bảng, cột không được có dấu nháy hoặc ký tự điều khiển.')

// Asked even of what is no address at all.
function namesAccount(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { username, password } = new URL(address)
  return username !== '' || password !== ''
}

export const HttpPull = z.strictObject({
  type: z.literal('http'),
  url: z.url({ protocol: /^https?$/ }).refine((url) => !namesAccount(url), {
    message: 'Không ghi tài khoản, mật khẩu trong địa chỉ; hãy dùng tệp bí mật.',
  }),
  /** File under `<var>/secrets/pull/` whose content is sent as the Authorization header. */
  authorizationSecret: SecretName.optional(),
  /** Name under which the file lands: what `$file` stands for. */
  fileName: z
    .string()
    .regex(/^[^/\\\p{Cc}]{1,200}$/u)
    .optional(),
  timeoutSeconds: z.int().min(1).max(3600).default(300),
  maxMegabytes: z.int().min(1).max(100_000).default(512),
  attempts: z.int().min(1).max(10).default(5),
})
export type HttpPull = z.infer<typeof HttpPull>

export const drivers = ['postgres', 'mysql', 'mssql', 'oracle'] as const

export const DatabasePull = z.strictObject({
  type: z.literal('database'),
  driver: z.enum(drivers),
  host: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/),
  port: z.int().min(1).max(65535),
  database: z.string().min(1).max(128),
  user: z.string().min(1).max(128),
  /** File under `<var>/secrets/pull/` that holds the password. */
  passwordSecret: SecretName,
  tls: z.enum(['verify', 'off']).default('verify'),
  schema: Name.optional(),
  table: Name,
  columns: z.array(Name).min(1).max(500),
  /** Column that rises with every change: a time of change or a rising number. */
  watermark: Name,
  /** Columns that tell rows of the same watermark apart; together with it they order all rows. */
  key: z.array(Name).min(1).max(8),
  /** How far behind the last watermark each run begins again, for rows whose transaction was late: seconds, or numbers. */
  overlap: z.int().min(0).max(1_000_000_000).default(300),
  pageRows: z.int().min(1).max(50_000).default(5000),
  maxRows: z.int().min(1).max(10_000_000).default(500_000),
  statementSeconds: z.int().min(1).max(600).default(60),
})
export type DatabasePull = z.infer<typeof DatabasePull>

export const PullSettings = z.discriminatedUnion('type', [HttpPull, DatabasePull])
export type PullSettings = z.infer<typeof PullSettings>

export const NewPull = z.strictObject({
  source: z.string(),
  settings: PullSettings,
  /** Crontab pattern in the time zone of the contract. */
  schedule: z.string().refine(isSchedule, 'Lịch lấy dữ liệu có dạng crontab, ví dụ “*/15 * * * *” là 15 phút một lần.'),
  paused: z.boolean().default(false),
})
export type NewPull = z.infer<typeof NewPull>

export interface PullResult {
  outcome: 'landed' | 'unchanged' | 'failed'
  message: string
  landing: number | null
  rows: number | null
  bytes: number
  seconds: number
}

/** Where the next run goes on. */
export const Position = z.object({
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  sha256: z.string().optional(),
  watermark: z.string().optional(),
  key: z.array(z.string()).optional(),
  /** The last run stopped at its limit: the next goes on exactly behind it. */
  more: z.boolean().optional(),
})
export type Position = z.infer<typeof Position>
