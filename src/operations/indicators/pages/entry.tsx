import { z } from 'zod'
import { isPeriod, nextPeriod, periodRange, previousPeriod, samePeriodLastYear } from '#calendar'
import { getHomePack, organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  DecisionBar,
  EmptyState,
  type EntryRow,
  EntrySheet,
  ErrorSummary,
  FilterBar,
  Form,
  type FormError,
  formatDateTime,
  formatNumber,
  KeyHelp,
  Notice,
  Section,
  Select,
  Tag,
  TextInput,
  useSurroundings,
  withQuery,
} from '#ui'
import { saveEntries, type TypedFigure } from '../entries/actions.ts'
import { getEntrySheet, type SheetRow } from '../entries/sheet.ts'
import { readFigure } from './figures.ts'
import { entryPath, entryWords, indicatorPath, showPeriod } from './words.ts'

const Query = z.object({
  'don-vi': z.string().max(35).optional(),
  ky: z.string().max(12).optional(),
  'dinh-chinh': z.string().max(80).optional(),
  xong: z.string().max(10).optional(),
  gui: z.string().max(10).optional(),
})
type Query = z.infer<typeof Query>
const Body = z.record(z.string().max(60), z.union([z.string().max(1000), z.array(z.string())]))
type Body = z.infer<typeof Body>

export const entryRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: entryPath,
    access: 'entry:write',
    query: Query,
    async handle(ctx, { query }) {
      return show(ctx, await openSheet(ctx, query), { query, typed: undefined, errors: [], warnings: new Map() })
    },
  }),
  route({
    method: 'POST',
    path: entryPath,
    access: 'entry:write',
    query: Query,
    body: Body,
    async handle(ctx, { query, body }) {
      const sheet = await openSheet(ctx, query)
      const submit = textOf(body, 'viec') === 'gui'
      const { figures, rows, errors } = readFigures(sheet.rows, body, query)
      if (errors.length === 0 && figures.length === 0)
        errors.push({ field: 'o-0', message: 'Chưa có số nào được nhập. Hãy nhập ít nhất một ô.' })
      if (errors.length > 0) return show(ctx, sheet, { query, typed: body, errors, warnings: new Map() })
      const faults = await trySave(ctx, figures, submit)
      if (faults.length > 0) return show(ctx, sheet, { query, typed: body, ...placeFaults(faults, rows) })
      const count = String(figures.length)
      const back = withQuery(entryPath, { 'don-vi': query['don-vi'], ky: query.ky })
      return redirect(withQuery(back, submit ? { gui: count } : { xong: count }))
    },
  }),
]

interface Sheet {
  organisation: string
  rows: SheetRow[]
}

async function openSheet(ctx: Context, query: Query): Promise<Sheet> {
  const organisation = query['don-vi'] ?? ctx.actor.organisation ?? (await getHomePack(ctx.sql)).card.rootOrganisation
  const period = query.ky && isPeriod(query.ky) ? query.ky : undefined
  return { organisation, rows: await getEntrySheet(ctx, { organisation, period }) }
}

const textOf = (body: Body, name: string): string => {
  const value = body[name]
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim()
}

/** What may still be typed: not what waits with the leader, not what is fixed; what is published only to be corrected. */
function isOpen(row: SheetRow, query: Query): boolean {
  if (row.isLocked || row.entry?.state === 'submitted' || row.entry?.state === 'approved') return false
  return row.entry !== undefined || row.published === undefined || query['dinh-chinh'] === row.definition.code
}

function readFigures(rows: readonly SheetRow[], body: Body, query: Query) {
  const figures: TypedFigure[] = []
  const indexes: number[] = []
  const errors: FormError[] = []
  for (const [index, row] of rows.entries()) {
    const text = textOf(body, `o-${index}`)
    const reason = textOf(body, `ly-do-${index}`)
    if (!isOpen(row, query) || (text === '' && reason === '')) continue
    const value = text === '' ? null : readFigure(text)
    if (value === undefined) {
      errors.push({
        field: `o-${index}`,
        message: `${row.definition.body.name}: “${text}” không phải là số. Nhập như 1.234,5.`,
      })
      continue
    }
    figures.push({
      indicator: row.definition.code,
      organisation: row.organisation,
      period: row.period,
      value,
      reason: reason || undefined,
      basis: textOf(body, 'can-cu') || (row.entry?.basis ?? undefined),
    })
    indexes.push(index)
  }
  return { figures, rows: indexes, errors }
}

async function trySave(ctx: Context, figures: TypedFigure[], submit: boolean) {
  try {
    await saveEntries(ctx, figures, { submit })
    return []
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    return error.fields.length > 0 ? error.fields : [{ path: 'entries.0.value', message: error.message }]
  }
}

/** Faults lead to their cells; those that only ask for a reason are warnings with a box for it. */
function placeFaults(faults: readonly { path: string; message: string }[], rows: readonly number[]) {
  const errors: FormError[] = []
  const warnings = new Map<number, string>()
  for (const { path, message } of faults) {
    const [, nth = '0', part] = path.split('.')
    const index = rows[Number(nth)] ?? 0
    if (part === 'reason') warnings.set(index, message)
    errors.push({ field: part === 'reason' ? `ly-do-${index}` : `o-${index}`, message })
  }
  return { errors, warnings }
}

interface Showing {
  query: Query
  typed: Body | undefined
  errors: FormError[]
  warnings: ReadonlyMap<number, string>
}

async function show(ctx: Context, sheet: Sheet, showing: Showing): Promise<Reply> {
  const { query, errors } = showing
  const { rows } = sheet
  const open = rows.filter((row) => isOpen(row, query)).length
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const units = tree.nodes.filter(({ row }) => ctx.can('entry:write', row.code))
  const name = tree.find(sheet.organisation)?.row.name ?? sheet.organisation
  // The period that ended last is the one to type first.
  const groups = [...new Set(rows.map(({ period }) => period))].toSorted((a, b) =>
    periodRange(b).to.localeCompare(periodRange(a).to),
  )
  return page({
    title: 'Nhập số liệu',
    status: errors.length > 0 ? 422 : 200,
    lead:
      rows.length === 0 ? name : `${name} · ${formatNumber(open)} trong ${formatNumber(rows.length)} số còn phải nhập`,
    islands: ['paste'],
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa gửi được, cần xem các ô sau" />
        <Done query={query} />
        <Filters query={query} sheet={sheet} units={units.map(({ row }) => ({ value: row.code, label: row.name }))} />
        {rows.length === 0 ? (
          <EmptyState title="Không có số nào phải nhập cho đơn vị này">
            Các chỉ tiêu của đơn vị được tính thẳng từ hồ sơ, hoặc do đơn vị khác nhập.
          </EmptyState>
        ) : (
          <Form
            action={withQuery(entryPath, {
              'don-vi': query['don-vi'],
              ky: query.ky,
              'dinh-chinh': query['dinh-chinh'],
            })}
            class="stack"
            label="Số liệu của kỳ"
          >
            {groups.map((period) => (
              <PeriodSheet key={period} period={period} rows={rows} showing={showing} />
            ))}
            <Reasons rows={rows} showing={showing} />
            {open > 0 && <BasisField rows={rows} showing={showing} />}
            {open > 0 && <Decide />}
          </Form>
        )}
        <KeyHelp
          keys={[
            { key: 'Enter', does: 'xuống ô dưới; ở ô cuối thì gửi' },
            { key: '↑ ↓', does: 'lên, xuống' },
            { key: 'Ctrl+V', does: 'dán cả cột từ Excel, bắt đầu từ ô đang chọn' },
          ]}
        />
      </div>
    ),
  })
}

function Done({ query }: { query: Query }) {
  if (query.gui)
    return <Notice tone="done" role="status" title={`Đã gửi ${query.gui} số liệu cho lãnh đạo đơn vị duyệt`} />
  return query.xong ? <Notice tone="done" role="status" title={`Đã lưu nháp ${query.xong} số liệu`} /> : null
}

interface FiltersProps {
  query: Query
  sheet: Sheet
  units: { value: string; label: string }[]
}

function Filters({ query, sheet, units }: FiltersProps) {
  const shown = query.ky ?? sheet.rows[0]?.period
  const neighbours = shown && isPeriod(shown) ? around(shown) : []
  return (
    <FilterBar names={['don-vi', 'ky', 'xong', 'gui', 'dinh-chinh']} active={[]} submit="Xem">
      {units.length > 1 && <Select name="don-vi" label="Đơn vị" value={sheet.organisation} options={units} />}
      <Select
        name="ky"
        label="Kỳ"
        empty="Kỳ đang phải nhập"
        value={query.ky}
        options={neighbours.map((period) => ({ value: period, label: showPeriod(period) }))}
      />
    </FilterBar>
  )
}

const around = (period: string): string[] => {
  const before = previousPeriod(period)
  return [nextPeriod(period), period, before, previousPeriod(before)]
}

/** The last period and the same one of the year before; of years these are one. */
const referencesOf = (period: string): string[] => [...new Set([previousPeriod(period), samePeriodLastYear(period)])]

interface PeriodSheetProps {
  period: string
  rows: readonly SheetRow[]
  showing: Showing
}

function PeriodSheet({ period, rows, showing }: PeriodSheetProps) {
  const own = rows.map((row, index) => ({ row, index })).filter(({ row }) => row.period === period)
  const dueAt = own.find(({ row }) => row.dueAt)?.row.dueAt
  const isOpenYet = own.some(({ row }) => isOpen(row, showing.query))
  return (
    <Section title={showPeriod(period)} aside={dueAt && <Due at={dueAt} isOpen={isOpenYet} />}>
      <EntrySheet
        caption={`Số liệu ${showPeriod(period)}`}
        references={referencesOf(period).map(showPeriod)}
        valueTitle={showPeriod(period)}
        rows={own.map(({ row, index }) => entryRow(row, index, showing))}
      />
    </Section>
  )
}

function Due({ at, isOpen }: { at: Date; isOpen: boolean }) {
  const { now } = useSurroundings()
  return (
    <span class="muted small">
      {isOpen && at < now && <Tag tone="warning">quá hạn</Tag>} hạn {formatDateTime(at)}
    </span>
  )
}

function entryRow(row: SheetRow, index: number, { query, typed, errors, warnings }: Showing): EntryRow {
  const { body, code } = row.definition
  const number = (value: number | null) => (value === null ? undefined : formatNumber(value, body.decimals))
  const kept = (row.entry ?? row.published)?.value ?? null
  const name = `o-${index}`
  return {
    name,
    label: body.name,
    unit: body.unit,
    hint: <Hint row={row} query={query} code={code} />,
    value: typed ? textOf(typed, name) : number(kept),
    error: errors.find(({ field }) => field === name)?.message,
    warning: warnings.get(index),
    readOnly: !isOpen(row, query),
    references:
      referencesOf(row.period).length > 1 ? [number(row.previous), number(row.lastYear)] : [number(row.previous)],
  }
}

function Hint({ row, query, code }: { row: SheetRow; query: Query; code: string }) {
  const state = row.entry?.state ?? row.published?.state
  const words = state && entryWords[state]
  const mayCorrect = !row.isLocked && row.entry === undefined && row.published && query['dinh-chinh'] !== code
  return (
    <>
      {row.isLocked ? <Tag>Đã chốt</Tag> : words && <Tag tone={words.tone}>{words.label}</Tag>}{' '}
      {row.entry?.returnedReason && `${row.entry.returnedReason} `}
      <TypedBy row={row} />
      {mayCorrect && (
        <a href={withQuery(entryPath, { 'don-vi': query['don-vi'], ky: row.period, 'dinh-chinh': code })}>Đính chính</a>
      )}{' '}
      <a href={indicatorPath(code)}>Định nghĩa</a>
    </>
  )
}

/** Who typed what stands there, and on what basis. */
function TypedBy({ row }: { row: SheetRow }) {
  const entry = row.entry ?? row.published
  if (!entry || entry.origin === 'pack') return null
  return (
    <span>
      {entry.typedBy} nhập {formatDateTime(entry.typedAt)}
      {entry.basis && `, căn cứ: ${entry.basis}`}.{' '}
    </span>
  )
}

/** On what the figures rest: one line for all that are typed together, beside who typed them. */
function BasisField({ rows, showing }: { rows: readonly SheetRow[]; showing: Showing }) {
  const kept = rows.find((row) => isOpen(row, showing.query) && row.entry?.basis)?.entry?.basis
  return (
    <TextInput
      name="can-cu"
      label="Căn cứ của số liệu"
      hint="Báo cáo, sổ theo dõi, phần mềm mà số được lấy ra, ví dụ Báo cáo 45/BC-UBND ngày 02/12/2026. Ghi cho mọi số gửi cùng lần này."
      optional
      value={showing.typed ? textOf(showing.typed, 'can-cu') : (kept ?? undefined)}
      maxLength={300}
    />
  )
}

/** Boxes for the reasons that are asked for. */
function Reasons({ rows, showing }: { rows: readonly SheetRow[]; showing: Showing }) {
  const { typed, warnings, query } = showing
  const asked = rows.flatMap((row, index) => {
    const kept = row.entry?.reason ?? ''
    const own = typed ? textOf(typed, `ly-do-${index}`) : kept
    const wanted = warnings.has(index) || own !== '' || query['dinh-chinh'] === row.definition.code
    return wanted && isOpen(row, query) ? [{ row, index, own }] : []
  })
  if (asked.length === 0) return null
  return (
    <Section title="Lý do">
      {asked.map(({ row, index, own }) => (
        <TextInput
          key={row.definition.code}
          name={`ly-do-${index}`}
          label={row.definition.body.name}
          value={own}
          error={warnings.get(index)}
          maxLength={500}
        />
      ))}
    </Section>
  )
}

const Decide = () => (
  <DecisionBar
    label="Gửi số liệu"
    primary={{
      action: (
        <Button kind="primary" name="viec" value="gui">
          Gửi lãnh đạo duyệt
        </Button>
      ),
      consequence: 'Gửi mọi ô đã nhập; sửa được nữa khi lãnh đạo trả lại.',
    }}
    others={[
      {
        action: (
          <Button name="viec" value="nhap">
            Lưu nháp
          </Button>
        ),
        consequence: 'Giữ số đã nhập, chưa gửi.',
      },
    ]}
  />
)
