import assert from 'node:assert/strict'
import { z } from 'zod'
import { directiveFormPath } from '#directives'
import { appendEntry } from '#ledger'
import { findArea } from '#organisations'
import type { Purpose } from '#platform/access'
import type { Context, Reach } from '#platform/context'
import { forbidden, notFound } from '#platform/errors'
import { page, type Reply, type Route, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  ErrorSummary,
  type Fact,
  Form,
  formatNumber,
  More,
  Notice,
  Section,
  Select,
  TextInput,
  Time,
} from '#ui'
import { type Kind, kindOf } from '../kinds.ts'
import type { Contract } from '../model.ts'
import { seePersonal } from '../reading/personal.ts'
import {
  type CanonicalRow,
  findRecord,
  listCanonicalRows,
  listCaseEvents,
  readRecordInput,
  type StoredRecord,
} from '../reading/record.ts'
import { reachOfSources } from '../reading/scope.ts'
import { findContract, findSource, type SourceRow } from '../store.ts'
import { nameOrganisations, showField, showRaw } from './parts.tsx'
import { CaseTimeline, History, hidden, isForeignZone, Line, RecordTabs, versionsOf } from './record-parts.tsx'
import { contractPath, landingPath, recordListPath, recordPath, sourcePath } from './words.ts'

const eventsShown = 200

const Params = z.strictObject({ id: z.coerce.number().int().positive() })
const PersonalForm = z.object({ 'muc-dich': z.string().max(60).optional(), 'ly-do': z.string().max(500).optional() })

interface Opened {
  record: StoredRecord
  source: SourceRow
  contract: Contract
  rows: CanonicalRow[]
}

export const recordRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${recordListPath}/:id`,
    access: 'source:read',
    params: Params,
    handle: async (ctx, { params }) => show(ctx, await openRecord(ctx, params.id), { unmasked: false, faults: {} }),
  }),
  route({
    method: 'POST',
    path: `${recordListPath}/:id`,
    access: 'source:read',
    params: Params,
    body: PersonalForm,
    async handle(ctx, { params, body }) {
      const opened = await openRecord(ctx, params.id)
      const faults: PurposeFaults = {}
      const purpose = body['muc-dich'] ?? ''
      const reason = body['ly-do']?.trim() ?? ''
      if (!purpose) faults.purpose = 'Chọn mục đích xem dữ liệu cá nhân.'
      if (reason.length < 5)
        faults.reason = 'Ghi số hồ sơ, văn bản hoặc việc cụ thể, ví dụ “văn bản số 12 ngày 22/11/2026”.'
      if (!purpose || faults.reason) return show(ctx, opened, { unmasked: false, faults, reason })
      const { name, legalBasis } = await requirePurpose(ctx, opened, purpose)
      await appendEntry(ctx, {
        action: 'record.personal-viewed',
        subject: `record:${opened.record.source}/${opened.record.key}`,
        organisation: opened.source.organisation,
        purpose: name,
        body: { record: opened.record.id, purpose, reason, legalBasis },
      })
      return show(ctx, opened, { unmasked: true, faults: {} })
    },
  }),
]

/** A record the actor may see: of a source in his reach, or of an organisation in it. @throws Problem 404 */
export async function openRecord(ctx: Context, id: number): Promise<Opened> {
  const record = await findRecord(ctx.sql, id)
  const source = record && (await findSource(ctx.sql, record.source))
  const contract = record && (await findContract(ctx.sql, record.source, record.contractVersion))
  if (!record || !source || !contract) throw notFound('record', String(id))
  const rows = await listCanonicalRows(ctx.sql, source.kind, id)
  const opened = { record, source, contract: contract.body, rows }
  if (!isReached(await reachOfSources(ctx), opened)) throw notFound('record', String(id))
  return opened
}

const isReached = (reach: Reach, { source, rows }: Opened): boolean =>
  reach === 'all' || reach.has(source.organisation) || rows.some((row) => reach.has(row.organisation))

/** @throws Problem 403 unless the actor may see personal data here, and for this. */
async function requirePurpose(ctx: Context, opened: Opened, purpose: string): Promise<Purpose> {
  ctx.require(seePersonal, undefined, purpose)
  if (!isReached(await reachOfSources(ctx, seePersonal), opened))
    throw forbidden(seePersonal, opened.source.organisation)
  const decision = ctx.decide({ permission: seePersonal, purpose })
  assert(decision.allowed && decision.purpose)
  return decision.purpose
}

interface PurposeFaults {
  purpose?: string
  reason?: string
}

interface Showing {
  unmasked: boolean
  faults: PurposeFaults
  reason?: string
}

async function show(ctx: Context, opened: Opened, showing: Showing): Promise<Reply> {
  const { record, source, contract, rows } = opened
  const input = await readRecordInput(ctx.sql, record, contract)
  const masked = showing.unmasked ? new Set<string>() : new Set(contract.personal)
  const caseId = caseOf(source, rows)
  const failed = Object.keys(showing.faults).length > 0
  return page({
    title: `Bản ghi ${record.key}`,
    status: failed ? 422 : 200,
    crumbs: [
      { label: 'Bản ghi', href: recordListPath },
      { label: contract.name, href: sourcePath(source.code) },
    ],
    lead: `${kindOf(source.kind).label} · ${contract.name}`,
    actions: ctx.can('directive:give') && (
      <Button
        href={directiveFormPath({
          kind: 'record',
          code: String(record.id),
          title: `${contract.name}: ${record.key}`,
          url: recordPath(record.id),
          organisation: source.organisation,
        })}
      >
        Giao nhiệm vụ
      </Button>
    ),
    body: (
      <div class="stack-large">
        <RecordTabs id={record.id} current={recordPath(record.id)} />
        <Standing record={record} />
        <Origin record={record} name={contract.name} />
        {contract.personal.length > 0 && ctx.can(seePersonal) && (
          <PurposeForm record={record} showing={showing} purposes={ctx.purposesOf(seePersonal) ?? []} />
        )}
        <Canonical opened={opened} masked={masked} names={await namesIn(ctx, rows)} />
        <Line input={input} record={record} contract={contract} masked={masked} />
        {caseId !== undefined && (
          <CaseTimeline
            events={await listCaseEvents(ctx.sql, source.code, caseId, eventsShown)}
            own={record.id}
            contract={opened.contract}
          />
        )}
        <History versions={await versionsOf(ctx, record, contract)} record={record} masked={masked} />
      </div>
    ),
  })
}

function Standing({ record }: { record: StoredRecord }) {
  if (record.state === 'applied') return null
  return (
    <Notice tone="warning" title={record.state === 'retracted' ? 'Bản ghi đã được rút' : 'Bản này đã bị thay'}>
      {record.replacedBy ? (
        <p>
          Đang có hiệu lực: <a href={recordPath(record.replacedBy)}>bản nhận sau</a>. Các con số không còn tính bản này.
        </p>
      ) : (
        'Nguồn gửi tệp đầy đủ mà không còn khóa này; các con số không còn tính bản ghi.'
      )}
    </Notice>
  )
}

function Origin({ record, name }: { record: StoredRecord; name: string }) {
  const { source, landingId, line, contractVersion } = record
  const items: Fact[] = [
    { term: 'Nguồn', value: <a href={sourcePath(source)}>{name}</a> },
    {
      term: 'Dòng trong tệp',
      value: (
        <>
          Dòng {formatNumber(line)} của{' '}
          <a href={landingPath(source, landingId)}>{record.fileName ?? `đợt ${landingId}`}</a>
        </>
      ),
    },
    { term: 'Nhận lúc', value: <Time at={record.receivedAt} exact /> },
    {
      term: 'Đọc theo',
      value: <a href={`${contractPath(source)}?ban=${contractVersion}`}>Hợp đồng dữ liệu bản {contractVersion}</a>,
    },
  ]
  return <DescriptionList items={items} />
}

interface PurposeProps {
  record: StoredRecord
  showing: Showing
  purposes: readonly Purpose[]
}

function PurposeForm({ record, showing, purposes }: PurposeProps) {
  if (showing.unmasked)
    return <Notice title="Đang xem dữ liệu cá nhân">Lần xem này cùng mục đích đã ghi vào sổ truy vết.</Notice>
  const { purpose, reason } = showing.faults
  const errors = [
    ...(purpose ? [{ field: 'muc-dich', message: purpose }] : []),
    ...(reason ? [{ field: 'ly-do', message: reason }] : []),
  ]
  return (
    <>
      <ErrorSummary errors={errors} title="Chưa mở được dữ liệu cá nhân" />
      <More title="Dữ liệu cá nhân đang được che; nêu mục đích để xem" open={errors.length > 0}>
        <Form action={recordPath(record.id)} label="Mục đích xem dữ liệu cá nhân">
          <Select
            name="muc-dich"
            label="Mục đích"
            empty="Chọn mục đích"
            options={purposes.map(({ code, name }) => ({ value: code, label: name }))}
            error={purpose}
          />
          <TextInput
            name="ly-do"
            label="Số hồ sơ hoặc việc cụ thể"
            hint="Ghi vào sổ truy vết; người được xem dữ liệu có quyền biết."
            value={showing.reason}
            error={reason}
            maxLength={500}
          />
          <Button kind="primary">Xem dữ liệu cá nhân</Button>
        </Form>
      </More>
    </>
  )
}

/** Canonical fields that are filled from a personal column. */
function maskedFields(contract: Contract, masked: ReadonlySet<string>): Set<string> {
  const mentions = (text: string) => [...masked].some((name) => text.includes(name))
  return new Set(
    Object.entries(contract.map).flatMap(([field, from]) =>
      ('column' in from && masked.has(from.column)) || ('cel' in from && mentions(from.cel)) ? [field] : [],
    ),
  )
}

interface CanonicalProps {
  opened: Opened
  masked: ReadonlySet<string>
  names: ReadonlyMap<string, string>
}

function Canonical({ opened, masked, names }: CanonicalProps) {
  const { rows, source, contract } = opened
  const fields: Kind['fields'] = kindOf(source.kind).fields
  const secret = maskedFields(contract, masked)
  // What a source says beyond the kind keeps its column's name; the contract says what it means.
  const labels = new Map(contract.columns.map(({ name, label }) => [name, label]))
  if (rows.length === 0) return null
  return (
    <Section title="Giá trị trong kho">
      {isForeignZone(contract) && <p class="muted">Giờ theo múi giờ của nguồn: {contract.timeZone}.</p>}
      {rows.map((row) => (
        <DescriptionList
          key={row.part}
          items={[
            { term: 'Cơ quan', value: names.get(row.organisation) ?? row.organisation },
            ...Object.entries(fields).flatMap(([name, field]): Fact[] => {
              const text = showField(row.fields[name], field, contract.timeZone)
              // A day that an instant says already is not said twice.
              if (text === '' || (field.dayOf && row.fields[field.dayOf])) return []
              return [{ term: field.label, value: secret.has(name) ? hidden : (names.get(text) ?? text) }]
            }),
            ...Object.entries(row.attributes).flatMap(([name, value]): Fact[] => {
              const text = showRaw(value)
              return text === '' ? [] : [{ term: labels.get(name) ?? name, value: masked.has(name) ? hidden : text }]
            }),
          ]}
        />
      ))}
    </Section>
  )
}

function caseOf(source: SourceRow, rows: readonly CanonicalRow[]): string | undefined {
  if (source.kind !== 'case-event' && source.kind !== 'case') return undefined
  const caseId = rows[0]?.fields.caseId
  return typeof caseId === 'string' ? caseId : undefined
}

async function namesIn(ctx: Context, rows: readonly CanonicalRow[]): Promise<ReadonlyMap<string, string>> {
  const codes = rows.flatMap(({ organisation, fields }) => [
    organisation,
    ...(typeof fields.receivingOrganisation === 'string' ? [fields.receivingOrganisation] : []),
  ])
  const names = new Map(await nameOrganisations(ctx, codes))
  for (const { area } of rows) {
    const found = area ? await findArea(ctx.sql, area) : undefined
    if (area && found) names.set(area, found.name)
  }
  return names
}
