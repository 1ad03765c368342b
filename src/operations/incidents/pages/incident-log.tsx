import { z } from 'zod'
import { acceptOf, FileLink, fileRoutes, inPieces, keepUpload, takeUpload } from '#files'
import type { AsOf } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { type Reply, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  Button,
  EmptyState,
  FileInput,
  Form,
  type FormError,
  formatDateTime,
  Section,
  Select,
  Tag,
  TextArea,
  TextInput,
  Timeline,
  withQuery,
} from '#ui'
import { exerciseWord, incidentPath, incidentsPath, logKindNames, writtenKinds } from '../model.ts'
import { getIncident, readPermission, topicOf } from '../record/access.ts'
import { mayWrite, writeLog } from '../record/log.ts'
import { findFile, type Incident, type LogEntry, listLog } from '../record/store.ts'
import { framePage } from './incident-frame.tsx'
import { Moment, readPast } from './past.tsx'
import { errorAt, faultsOf, formKey, readMoment } from './words.ts'

const pageSize = 50
export const Code = z.object({ code: z.string().max(40) })
const Query = z.object({
  truoc: z.coerce.number().int().positive().optional().catch(undefined),
  loai: z.string().max(20).optional(),
  'dinh-chinh': z.coerce.number().int().positive().optional().catch(undefined),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: Moment,
})
type Query = z.infer<typeof Query>

const show = route({
  method: 'GET',
  path: `${incidentsPath}/:code`,
  access: readPermission,
  params: Code,
  query: Query,
  async handle(asker, { params, query }) {
    const { ctx, at } = await readPast(asker, query.tai)
    const incident = await getIncident(ctx, params.code, at)
    if (query.tep)
      return tableFile(query.tep, {
        name: `${incident.exercise ? 'dien-tap-' : ''}${incident.code}-dien-bien`,
        titles: ['Chế độ', 'Xảy ra lúc', 'Ghi lúc', 'Loại', 'Nội dung', 'Người ghi', 'Đính chính dòng', 'Tệp'],
        rows: fileRows(ctx, incident, at?.knownAt),
      })
    return logPage(ctx, incident, { query, at, values: {}, errors: [] })
  },
})

async function* fileRows(ctx: Context, incident: Incident, at: Date | undefined) {
  for (let before: number | undefined; ; ) {
    const piece = await listLog(ctx.sql, { incident: incident.code, before, limit: 500, at })
    for (const one of piece)
      yield [
        incident.exercise ? exerciseWord : 'Thật',
        formatDateTime(one.happenedAt),
        formatDateTime(one.at),
        logKindNames[one.kind],
        one.text,
        one.authorName,
        one.corrects,
        one.file?.name,
      ]
    before = piece.at(-1)?.id
    if (piece.length < 500) return
  }
}

const write = route({
  method: 'POST',
  path: `${incidentsPath}/:code/dien-bien`,
  access: readPermission,
  params: Code,
  takes: 'upload',
  maxBytes: 200 * 1024 ** 2,
  async handle(ctx, { params, upload }) {
    const incident = await getIncident(ctx, params.code)
    // Asked before a file is kept.
    if (!(await mayWrite(ctx, incident))) ctx.require('incident:command', incident.organisation)
    const form = await upload()
    const { fields } = form
    const corrects = Number(fields['dinh-chinh']) || undefined
    try {
      const sent = await takeUpload(ctx, form, 'attachment')
      const happenedAt = await readMoment(ctx, fields.luc, 'luc')
      // Together or not at all: of a line that is not written the upload stays, and the form still has it.
      await ctx.transaction(async (ctx) =>
        writeLog(ctx, incident.code, {
          kind: fields.loai ?? '',
          text: fields['noi-dung'] ?? '',
          happenedAt,
          corrects,
          file: sent ? await keepUpload(ctx, sent, 'attachment') : undefined,
          formKey: fields.khoa || formKey(),
        }),
      )
    } catch (error) {
      return logPage(ctx, incident, {
        query: { 'dinh-chinh': corrects },
        at: undefined,
        values: fields,
        errors: faultsOf(error, 'noi-dung'),
      })
    }
    return redirect(incidentPath(incident.code))
  },
})

const attachmentRoutes = fileRoutes({
  path: `${incidentsPath}/:code/tep/:sha256`,
  access: readPermission,
  params: { code: z.string().max(40), sha256: z.string().max(64) },
  async find(ctx, { code, sha256 }) {
    const incident = await getIncident(ctx, code)
    const stored = await findFile(ctx.sql, incident.code, sha256)
    if (!stored) throw notFound('file', sha256)
    return {
      sha256,
      name: `${incident.exercise ? 'DIEN-TAP-' : ''}${stored.name}`,
      type: stored.type,
      crumbs: [{ label: incident.title, href: incidentPath(incident.code) }],
    }
  },
})

export const filePath = (code: string, sha256: string): string => `${incidentPath(code)}/tep/${sha256}`

interface Showing {
  query: Query
  at: AsOf | undefined
  values: Record<string, string>
  errors: readonly FormError[]
}

async function logPage(ctx: Context, incident: Incident, { query, at, values, errors }: Showing): Promise<Reply> {
  const kind = query.loai && query.loai in logKindNames ? query.loai : undefined
  const entries = await listLog(ctx.sql, {
    incident: incident.code,
    kind,
    before: query.truoc,
    limit: pageSize + 1,
    at: at?.knownAt,
  })
  const shown = entries.slice(0, pageSize)
  const own = withQuery(incidentPath(incident.code), { tai: at?.text })
  const next = entries.length > pageSize ? withQuery(own, { truoc: shown.at(-1)?.id, loai: kind }) : undefined
  const writes = !at && incident.state === 'open' && (await mayWrite(ctx, incident))
  return framePage(ctx, incident, {
    islands: ['upload'],
    tab: 'log',
    past: { at },
    errors,
    body: (
      <div class="columns columns-main">
        <div class="stack">
          <KindFilter own={own} kind={kind} tai={at?.text} />
          <div id="dien-bien" data-live={at ? undefined : topicOf(incident.code)} data-live-label="Diễn biến">
            {shown.length === 0 ? (
              <EmptyState title="Chưa có dòng nào">
                Mọi việc đã làm và mọi ghi nhận sẽ hiện ở đây, mới nhất trước.
              </EmptyState>
            ) : (
              <Timeline entries={shown.map((entry) => lineOf(incident, entry, writes))} />
            )}
          </div>
          <p class="row">
            {next && <a href={next}>Các dòng cũ hơn</a>}
            <a href={withQuery(own, { tep: 'csv' })} download>
              Tải về CSV
            </a>
            <a href={withQuery(own, { tep: 'xlsx' })} download>
              Tải về XLSX
            </a>
          </p>
        </div>
        {writes && <WriteForm own={own} corrects={query['dinh-chinh']} values={values} errors={errors} />}
      </div>
    ),
  })
}

function KindFilter({ own, kind, tai }: { own: string; kind: string | undefined; tai: string | undefined }) {
  return (
    <form class="filter-form" method="get" action={own} aria-label="Lọc diễn biến">
      {tai && <input type="hidden" name="tai" value={tai} />}
      <div class="filters">
        <Select
          name="loai"
          id="loc-loai"
          label="Loại ghi chép"
          empty="Tất cả"
          value={kind}
          options={Object.entries(logKindNames).map(([value, label]) => ({ value, label }))}
        />
        <Button icon="filter">Lọc</Button>
      </div>
    </form>
  )
}

function lineOf(incident: Incident, entry: LogEntry, writes: boolean) {
  return {
    at: entry.happenedAt,
    who: entry.authorName || undefined,
    tone: entry.kind === 'correction' ? ('warning' as const) : undefined,
    what: (
      <span id={`dong-${entry.id}`}>
        <Tag tone={entry.kind === 'correction' ? 'warning' : entry.kind === 'deed' ? 'neutral' : 'info'}>
          {logKindNames[entry.kind]}
        </Tag>{' '}
        {entry.correctedBy ? <s>{entry.text}</s> : entry.text}
      </span>
    ),
    comment: noteOf(incident, entry, writes),
  }
}

const lateMs = 60_000

/** What hangs on an entry: its file, what it corrects or is corrected by; nothing where there is nothing. */
function noteOf(incident: Incident, entry: LogEntry, writes: boolean) {
  const isLate = entry.at.getTime() - entry.happenedAt.getTime() > lateMs
  const mends = writes && entry.kind !== 'deed' && !entry.correctedBy
  if (!entry.corrects && !entry.correctedBy && !entry.file && !isLate && !mends) return undefined
  return (
    <span class="row small">
      {entry.corrects && <a href={`#dong-${entry.corrects}`}>Thay cho dòng {entry.corrects}</a>}
      {entry.correctedBy && <a href={`#dong-${entry.correctedBy}`}>Đã đính chính ở dòng {entry.correctedBy}</a>}
      {entry.file && <FileLink file={entry.file} href={filePath(incident.code, entry.file.sha256)} />}
      {isLate && <span class="muted">ghi lúc {formatDateTime(entry.at)}</span>}
      {mends && (
        <a
          href={`${withQuery(incidentPath(incident.code), { 'dinh-chinh': entry.id })}#ghi`}
          aria-label={`Đính chính dòng ${entry.id}`}
        >
          Đính chính
        </a>
      )}
    </span>
  )
}

function WriteForm(props: { own: string; corrects: number | undefined } & Omit<Showing, 'query' | 'at'>) {
  const { own, corrects, values, errors } = props
  const title = corrects ? `Đính chính dòng ${corrects}` : 'Ghi diễn biến'
  return (
    <Section title={title} id="ghi">
      <Form action={`${own}/dien-bien`} files label={title}>
        <input type="hidden" name="khoa" value={values.khoa || formKey()} />
        {corrects ? (
          <input type="hidden" name="dinh-chinh" value={String(corrects)} />
        ) : (
          <Select
            name="loai"
            label="Loại"
            value={values.loai ?? 'observation'}
            error={errorAt(errors, 'loai')}
            options={writtenKinds.map((value) => ({ value, label: logKindNames[value] }))}
          />
        )}
        <TextArea
          name="noi-dung"
          label="Nội dung"
          hint={corrects ? 'Ghi lại cho đúng. Dòng cũ vẫn còn và được gạch.' : undefined}
          value={values['noi-dung'] ?? ''}
          maxLength={4000}
          error={errorAt(errors, 'noi-dung')}
        />
        <TextInput
          name="luc"
          label="Xảy ra lúc"
          hint="Để trống nếu là bây giờ. Ví dụ 14:05."
          value={values.luc ?? ''}
          width="20"
          error={errorAt(errors, 'luc')}
          optional
        />
        <FileInput
          name="tep"
          label="Tệp kèm"
          hint="Ảnh, công văn, bảng tính."
          accept={acceptOf('attachment')}
          inPieces={inPieces('attachment')}
          optional
        />
        <Button kind="primary">{corrects ? 'Ghi đính chính' : 'Ghi vào diễn biến'}</Button>
      </Form>
    </Section>
  )
}

export const incidentLogRoutes: readonly Route[] = [show, write, ...attachmentRoutes]
