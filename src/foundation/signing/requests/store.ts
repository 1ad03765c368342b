import type { DocumentKind } from '#organisations'
import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { RequestState, StepState } from './model.ts'

export interface RequestRow {
  code: string
  title: string
  organisation: string
  state: RequestState
  documentSha256: string
  currentSha256: string
  fileName: string
  dueAt: Date | null
  originCapability: string | null
  originCode: string | null
  originUrl: string | null
  kind: DocumentKind | null
  /** Number of the document that it is an attachment of, in a file of its own. */
  attachmentOf: string | null
  /** Who holds it opens the document when all have signed. */
  publicCode: string | null
  createdBy: string
  createdAt: Date
  endedAt: Date | null
  endedBy: string | null
  reason: string | null
}

export interface StepRow {
  request: string
  position: number
  kind: 'person' | 'seal'
  account: string | null
  organisation: string
  block: string[]
  state: StepState
  signedAt: Date | null
  signedBy: string | null
  means: string | null
  certificate: string | null
  resultSha256: string | null
}

const requestColumns = (sql: Sql) => sql`
  r.code, r.title, r.organisation, r.state, r.document_sha256, r.current_sha256, r.file_name, r.due_at, r.origin_capability,
  r.origin_code, r.origin_url, r.kind, r.attachment_of, r.public_code, r.created_by, r.created_at, r.ended_at, r.ended_by, r.reason`
const stepColumns = (sql: Sql) => sql`
  s.request, s.position, s.kind, s.account, s.organisation, s.block, s.state, s.signed_at, s.signed_by, s.means, s.certificate,
  s.result_sha256`

export async function nextNumber(sql: Sql): Promise<number> {
  const [row] = await sql<{ number: number }[]>`select nextval('signing.request_number') as number`
  return row?.number ?? 0
}

export async function insertRequest(
  sql: Sql,
  row: Omit<RequestRow, 'endedAt' | 'endedBy' | 'reason' | 'state' | 'currentSha256'>,
): Promise<void> {
  await sql`
    insert into signing.request (code, title, organisation, state, document_sha256, current_sha256, file_name, due_at,
      origin_capability, origin_code, origin_url, kind, attachment_of, public_code, created_by, created_at)
    values (${row.code}, ${row.title}, ${row.organisation}, 'pending', ${row.documentSha256}, ${row.documentSha256}, ${row.fileName},
      ${row.dueAt}, ${row.originCapability}, ${row.originCode}, ${row.originUrl}, ${row.kind}, ${row.attachmentOf}, ${row.publicCode}, ${row.createdBy}, ${row.createdAt})`
}

export async function insertStep(
  sql: Sql,
  step: Pick<StepRow, 'request' | 'position' | 'kind' | 'account' | 'organisation' | 'block' | 'state'>,
): Promise<void> {
  await sql`
    insert into signing.step (request, position, kind, account, organisation, block, state)
    values (${step.request}, ${step.position}, ${step.kind}, ${step.account}, ${step.organisation}, ${sql.json(step.block)}, ${step.state})`
}

export async function findRequest(sql: Sql, code: string): Promise<RequestRow | undefined> {
  const [row] = await sql<RequestRow[]>`select ${requestColumns(sql)} from signing.request r where r.code = ${code}`
  return row
}

export async function findByOrigin(sql: Sql, capability: string, code: string): Promise<RequestRow | undefined> {
  const [row] = await sql<RequestRow[]>`
    select ${requestColumns(sql)} from signing.request r where r.origin_capability = ${capability} and r.origin_code = ${code}`
  return row
}

/** Held to the end of the transaction: whoever changes a request or its steps holds it first. */
export async function lockRequest(sql: Sql, code: string): Promise<RequestRow | undefined> {
  const [row] = await sql<RequestRow[]>`
    select ${requestColumns(sql)} from signing.request r where r.code = ${code} for update`
  return row
}

export const listSteps = (sql: Sql, codes: readonly string[]): Promise<StepRow[]> =>
  sql<StepRow[]>`
    select ${stepColumns(sql)} from signing.step s where s.request = any(${[...codes]}) order by s.request, s.position`

/** What the asker may see: his own requests, those that he signs, and those of the organisations that his permissions reach. */
export interface Sight {
  account: string
  read: Reach
  seals: Reach
}

const within = (sql: Sql, reach: Reach, column: ReturnType<Sql>) =>
  reach === 'all' ? sql`true` : sql`${column} = any(${[...reach]}::text[])`

const seen = (sql: Sql, { account, read, seals }: Sight) => sql`(
  r.created_by = ${account} or ${within(sql, read, sql`r.organisation`)}
  or exists (select from signing.step s where s.request = r.code and (s.account = ${account}
    or (s.kind = 'seal' and ${within(sql, seals, sql`s.organisation`)}))))`

export const listSeen = (sql: Sql, codes: readonly string[], sight: Sight): Promise<RequestRow[]> =>
  sql<RequestRow[]>`
    select ${requestColumns(sql)} from signing.request r where r.code = any(${[...codes]}) and ${seen(sql, sight)}`

export interface ListQuestion {
  sight: Sight
  /** `turn`: those whose next signature is the asker's. */
  view: 'turn' | 'own' | 'all'
  state: RequestState | undefined
  words: string
  /** Code of the last one of the page before. */
  after: string | undefined
  limit: number
}

export function listRequests(sql: Sql, question: ListQuestion): Promise<RequestRow[]> {
  const { sight, view, state, words, after, limit } = question
  const turn = sql`r.state = 'pending' and exists (select from signing.step s where s.request = r.code and s.state = 'current' and (
    s.account = ${sight.account} or (s.kind = 'seal' and ${within(sql, sight.seals, sql`s.organisation`)})))`
  const viewed = view === 'turn' ? turn : view === 'own' ? sql`r.created_by = ${sight.account}` : seen(sql, sight)
  const pattern = `%${words.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return sql<RequestRow[]>`
    select ${requestColumns(sql)} from signing.request r
    where ${viewed}
      ${state ? sql`and r.state = ${state}` : sql``}
      ${words ? sql`and (r.title ilike ${pattern} or r.code ilike ${pattern})` : sql``}
      ${after ? sql`and (r.created_at, r.code) < (select b.created_at, b.code from signing.request b where b.code = ${after})` : sql``}
    order by r.created_at desc, r.code desc limit ${limit}`
}

export async function setBlocks(
  sql: Sql,
  steps: readonly Pick<StepRow, 'request' | 'position' | 'block'>[],
): Promise<void> {
  await sql`
    update signing.step s set block = given.block
    from jsonb_to_recordset(${sql.json(steps.map(({ request, position, block }) => ({ request, position, block })))})
      as given (request text, position int, block jsonb)
    where s.request = given.request and s.position = given.position`
}

export async function setStepState(sql: Sql, request: string, position: number, state: StepState): Promise<void> {
  await sql`update signing.step set state = ${state} where request = ${request} and position = ${position}`
}

export async function setStepSigned(
  sql: Sql,
  { request, position }: Pick<StepRow, 'request' | 'position'>,
  signed: { at: Date; by: string; means: string; certificate: string; resultSha256: string },
): Promise<void> {
  await sql`
    update signing.step set state = 'signed', signed_at = ${signed.at}, signed_by = ${signed.by}, means = ${signed.means},
      certificate = ${signed.certificate}, result_sha256 = ${signed.resultSha256}
    where request = ${request} and position = ${position}`
  await sql`update signing.request set current_sha256 = ${signed.resultSha256} where code = ${request}`
}

/** What is still to be signed is dropped. */
export async function setEnded(
  sql: Sql,
  code: string,
  ended: { state: RequestState; at: Date; by: string; reason: string | null },
): Promise<void> {
  await sql`
    update signing.request set state = ${ended.state}, ended_at = ${ended.at}, ended_by = ${ended.by}, reason = ${ended.reason}
    where code = ${code}`
  await sql`update signing.step set state = 'dropped' where request = ${code} and state in ('waiting', 'current')`
}

export const listOverdue = (sql: Sql, now: Date, limit: number): Promise<{ code: string }[]> =>
  sql<{ code: string }[]>`
    select code from signing.request where state = 'pending' and due_at < ${now} order by due_at limit ${limit}`

export const countPending = async (sql: Sql, sight: Pick<Sight, 'account' | 'seals'>): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from signing.step s join signing.request r on r.code = s.request
    where s.state = 'current' and r.state = 'pending'
      and (s.account = ${sight.account} or (s.kind = 'seal' and ${within(sql, sight.seals, sql`s.organisation`)}))`
  return row?.count ?? 0
}
