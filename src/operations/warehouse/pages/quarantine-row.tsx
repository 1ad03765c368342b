import { z } from 'zod'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  DecisionBar,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  formatNumber,
  Notice,
  Section,
  TextArea,
  TextInput,
  Time,
} from '#ui'
import { dismissMany, replayMany, returnMany } from '../mending/many.ts'
import { saveMended } from '../mending/mend.ts'
import { readMendedLine } from '../mending/raw-line.ts'
import type { Column, Contract, RecordFault } from '../model.ts'
import { handlePermission } from '../quarantine.ts'
import { findQuarantineRow, findRecordByKey, type QuarantineRow } from '../reading/quarantine.ts'
import { reachOfSources } from '../reading/scope.ts'
import { findCurrentContract } from '../store.ts'
import { columnRules } from './column-words.ts'
import { showRaw } from './parts.tsx'
import { QuarantineState } from './quarantine-parts.tsx'
import { contractPath, landingPath, quarantinePath, quarantineRowPath, recordPath, sourcePath } from './words.ts'

const Params = z.strictObject({ id: z.coerce.number().int().positive() })
const Values = z.record(z.string().max(20), z.union([z.string().max(20_000), z.array(z.string())]))

interface Opened {
  row: QuarantineRow
  contract: Contract
}

interface Showing {
  values: Record<string, unknown>
  faults: readonly RecordFault[]
  /** Checked just now, and found good. */
  passes?: boolean
  reasonError?: string
  reason?: string
  raw?: string
}

export const quarantineRowRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${quarantinePath}/:id`,
    access: 'source:read',
    params: Params,
    async handle(ctx, { params }) {
      const opened = await open(ctx, params.id)
      await recordLook(ctx, opened)
      return show(ctx, opened, { values: opened.row.mended ?? opened.row.payload, faults: opened.row.faults })
    },
  }),
  route({
    method: 'POST',
    path: `${quarantinePath}/:id`,
    access: handlePermission,
    params: Params,
    body: Values,
    async handle(ctx, { params, body }) {
      const opened = await open(ctx, params.id)
      ctx.require(handlePermission, opened.row.organisation)
      const raw = typeof body.dong === 'string' ? body.dong.replace(/\r\n/g, '\n') : undefined
      const read =
        raw === undefined
          ? { values: typedValues(opened, body) }
          : await readMendedLine(ctx.sql, opened.row.landingId, raw, opened.contract)
      // What was typed stands in the box still.
      if ('fault' in read) return show(ctx, opened, { values: {}, faults: [read.fault], raw })
      const { values } = read
      const checked = await saveMended(ctx, opened.row, values)
      const showing: Showing = { values, faults: checked.faults, raw }
      if (checked.faults.length > 0 || body.viec !== 'nhan')
        return show(ctx, opened, { ...showing, passes: checked.faults.length === 0 })
      await replayMany(ctx, [opened.row.id])
      const record = checked.key === null ? undefined : await findRecordByKey(ctx.sql, opened.row.source, checked.key)
      return redirect(record ? recordPath(record) : quarantinePath)
    },
  }),
  route({
    method: 'POST',
    path: `${quarantinePath}/:id/xu-ly`,
    access: handlePermission,
    params: Params,
    body: z.object({ viec: z.enum(['tra-lai', 'bo-qua']), 'ly-do': z.string().max(500).optional() }),
    async handle(ctx, { params, body }) {
      const opened = await open(ctx, params.id)
      const reason = body['ly-do']?.trim() ?? ''
      if (reason.length < 5)
        return show(ctx, opened, {
          values: opened.row.mended ?? opened.row.payload,
          faults: opened.row.faults,
          reason,
          reasonError: 'Nêu lý do, ít nhất vài chữ, để nơi gửi biết phải làm gì.',
        })
      await (body.viec === 'tra-lai' ? returnMany : dismissMany)(ctx, [opened.row.id], reason)
      return redirect(quarantineRowPath(params.id))
    },
  }),
]

async function open(ctx: Context, id: number): Promise<Opened> {
  const row = await findQuarantineRow(ctx.sql, await reachOfSources(ctx), id)
  const contract = row && (await findCurrentContract(ctx.sql, row.source))
  if (!row || !contract) throw notFound('quarantine', String(id))
  return { row, contract: contract.body }
}

/**
 * Personal values stay masked, but those that are themselves at fault (and a line that could not be read at all) must be seen to be
 * mended: who opens them is written down.
 */
async function recordLook(ctx: Context, { row, contract }: Opened): Promise<void> {
  if (!ctx.can(handlePermission, row.organisation) || (row.state !== 'open' && row.state !== 'returned')) return
  const shown = contract.columns.filter(({ name }) => contract.personal.includes(name) && isFaulty(contract, row, name))
  if (shown.length === 0 && (contract.personal.length === 0 || row.raw === null)) return
  await appendEntry(ctx, {
    action: 'quarantine.personal-viewed',
    subject: `quarantine:${row.id}`,
    organisation: row.organisation,
    purpose: 'Sửa bản ghi cách ly',
    body: { source: row.source, columns: shown.map(({ name }) => name) },
  })
}

const isFaulty = (contract: Contract, row: QuarantineRow, column: string): boolean =>
  locate(contract, row.faults).some((one) => contract.columns[one.column]?.name === column)

/** What stands in the boxes; a value that was not touched stays what it was, be it text or number. */
function typedValues({ row, contract }: Opened, body: Record<string, string | string[]>): Record<string, unknown> {
  const values: Record<string, unknown> = { ...row.payload, ...row.mended }
  for (const [index, { name }] of contract.columns.entries()) {
    const typed = body[`o-${index}`]
    if (typeof typed !== 'string' || typed === showRaw(values[name])) continue
    values[name] = typed
  }
  return values
}

async function show(ctx: Context, opened: Opened, showing: Showing): Promise<Reply> {
  const { row, contract } = opened
  const canManage = ctx.can(handlePermission, row.organisation)
  const waiting = row.state === 'open' || row.state === 'returned'
  const located = locate(contract, showing.faults)
  const failed = showing.reasonError !== undefined
  const errors: FormError[] = [
    ...located.map(({ field, message }) => ({ field, message })),
    ...(showing.reasonError ? [{ field: 'ly-do', message: showing.reasonError }] : []),
  ]
  return page({
    title: row.key ?? `Dòng ${formatNumber(row.line)}`,
    status: failed ? 422 : 200,
    crumbs: [
      { label: 'Bản ghi cách ly', href: quarantinePath },
      { label: contract.name, href: `${quarantinePath}?nguon=${encodeURIComponent(row.source)}` },
    ],
    lead: `Bản ghi cách ly · ${contract.name}`,
    body: (
      <div class="stack-large">
        {showing.passes && (
          <Notice tone="done" role="status" title="Đã đạt hợp đồng dữ liệu">
            Giá trị đã lưu; bấm “Nhận vào kho” để các con số tính cả bản ghi này.
          </Notice>
        )}
        {waiting && !showing.passes && (
          <ErrorSummary errors={errors} title={`${formatNumber(errors.length)} lỗi cần sửa`} />
        )}
        <About row={row} />
        {waiting && canManage ? (
          <MendForm opened={opened} showing={showing} located={located} />
        ) : (
          <ReadOnly opened={opened} located={located} />
        )}
        {waiting && canManage && <Otherwise row={row} showing={showing} />}
      </div>
    ),
  })
}

interface Located {
  /** Id of the control. */
  field: string
  /** Position of the column; -1 for faults of the whole row. */
  column: number
  message: string
  fault: RecordFault
}

/** The box in which a fault is to be mended: its column, or the column that feeds the field it names. */
function locate(contract: Contract, faults: readonly RecordFault[]): Located[] {
  const at = (name: string) => contract.columns.findIndex((column) => column.name === name || column.as === name)
  return faults.map((fault) => {
    const from = contract.map[fault.field]
    const column = at(fault.field) >= 0 ? at(fault.field) : from && 'column' in from ? at(from.column) : -1
    return { field: column < 0 ? 'dong-goc' : `o-${column}`, column, message: fault.message, fault }
  })
}

function About({ row }: { row: QuarantineRow }) {
  return (
    <DescriptionList
      items={[
        { term: 'Trạng thái', value: <QuarantineState state={row.state} /> },
        {
          term: 'Dòng trong tệp',
          value: (
            <>
              Dòng {formatNumber(row.line)} của{' '}
              <a href={landingPath(row.source, row.landingId)}>{row.fileName ?? `đợt ${row.landingId}`}</a>
            </>
          ),
        },
        { term: 'Cách ly từ', value: <Time at={row.createdAt} exact /> },
        { term: 'Đối chiếu với', value: <a href={contractPath(row.source)}>Hợp đồng dữ liệu hiện hành</a> },
        ...(row.handledAt
          ? [
              {
                term: 'Xử lý gần nhất',
                value: (
                  <>
                    {row.handledBy} · <Time at={row.handledAt} exact />
                    {row.reason ? ` · ${row.reason}` : ''}
                  </>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

interface MendFormProps {
  opened: Opened
  showing: Showing
  located: readonly Located[]
}

function MendForm({ opened, showing, located }: MendFormProps) {
  const { row, contract } = opened
  const whole = row.raw !== null && Object.keys(row.mended ?? row.payload).length === 0
  const doubled = showing.faults.some(({ rule }) => rule === 'doubled-key')
  return (
    <Section title={whole ? 'Sửa dòng gốc' : 'Sửa giá trị'} id="dong-goc">
      <Form action={quarantineRowPath(row.id)} label="Sửa bản ghi">
        {whole ? (
          <TextArea name="dong" label="Dòng gốc" value={showing.raw ?? row.raw ?? ''} rows={3} maxLength={20_000} />
        ) : (
          <div class="columns columns-2">
            {contract.columns.map((column, index) =>
              contract.personal.includes(column.name) && !isFaulty(contract, row, column.name) ? null : (
                <TextInput
                  key={column.name}
                  name={`o-${index}`}
                  label={column.label ?? column.name}
                  hint={hintOf(column, showing.values[column.name], row.payload[column.name])}
                  value={showRaw(showing.values[column.name])}
                  error={
                    showing.passes
                      ? undefined
                      : located
                          .filter((one) => one.column === index)
                          .map(({ message }) => message)
                          .join(' ') || undefined
                  }
                />
              ),
            )}
          </div>
        )}
        {contract.personal.length > 0 && !whole && (
          <p class="muted">Giá trị cá nhân không có lỗi được che và giữ nguyên như trong tệp.</p>
        )}
        <DecisionBar
          label="Nhận bản ghi"
          primary={{
            action: (
              <Button kind="primary" name="viec" value="nhan">
                Nhận vào kho
              </Button>
            ),
            consequence: doubled
              ? 'Bản ghi cùng khóa đã có trong kho sẽ bị bản này thay.'
              : 'Kiểm tra lại; đạt thì vào kho và các con số được tính lại.',
          }}
          others={[
            {
              action: (
                <Button name="viec" value="kiem-tra">
                  Lưu và kiểm tra lại
                </Button>
              ),
              consequence: 'Chưa vào kho.',
            },
          ]}
        />
      </Form>
    </Section>
  )
}

/** Name in the file, what is asked, and what stood there when another value has been typed. */
function hintOf(column: Column, value: unknown, own: unknown): string | undefined {
  const before = showRaw(value) === showRaw(own) ? '' : `trong tệp: ${showRaw(own) || 'trống'}`
  return [column.label ? column.name : '', columnRules(column), before].filter(Boolean).join(' · ') || undefined
}

interface ReadOnlyProps {
  opened: Opened
  located: readonly Located[]
}

function ReadOnly({ opened, located }: ReadOnlyProps) {
  const { row, contract } = opened
  const personal = new Set(contract.personal)
  const values = row.mended ?? row.payload
  return (
    <Section title="Giá trị trong tệp" id="dong-goc">
      {located.length > 0 && (
        <ul>
          {located.map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
      <DescriptionList
        items={contract.columns.map(({ name, label }) => ({
          term: label ?? name,
          value: personal.has(name) ? <span class="muted">đã che (dữ liệu cá nhân)</span> : showRaw(values[name]),
        }))}
      />
      {row.raw !== null && personal.size === 0 && <pre class="code panel">{row.raw}</pre>}
    </Section>
  )
}

function Otherwise({ row, showing }: { row: QuarantineRow; showing: Showing }) {
  return (
    <Section title="Không sửa ở đây">
      <Form action={`${quarantineRowPath(row.id)}/xu-ly`} label="Trả lại hoặc bỏ qua">
        <TextInput
          name="ly-do"
          label="Lý do"
          hint="Ví dụ: “Đề nghị bổ sung ngày kết thúc từ phần mềm một cửa rồi gửi lại tệp.”"
          value={showing.reason}
          error={showing.reasonError}
          maxLength={500}
        />
        <div class="row">
          {row.state === 'open' && (
            <Button name="viec" value="tra-lai">
              Trả lại nơi gửi
            </Button>
          )}
          <Button kind="danger" name="viec" value="bo-qua">
            Bỏ qua, không nhận
          </Button>
          <a href={sourcePath(row.source)}>Xem nguồn</a>
        </div>
      </Form>
    </Section>
  )
}
