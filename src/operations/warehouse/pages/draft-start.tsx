import { z } from 'zod'
import { tableInPieces, takeUpload } from '#files'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, FileInput, Form, formatBytes, Section, Table, Tag, Time } from '#ui'
import { type Answers, isNamed } from '../drafts/answers.ts'
import {
  type Draft,
  deleteDraft,
  deleteStaleDrafts,
  draftDays,
  getDraft,
  keepUpload,
  listOwnDrafts,
  saveAnswers,
  sniffDraft,
} from '../drafts/draft.ts'
import { mayBeKey, suggestAnswers } from '../drafts/suggest.ts'
import { findUniqueColumn } from '../drafts/words-of-column.ts'
import { looksHeadless, type Sniffed } from '../readers/sniff.ts'
import { fileFaultWords } from './trial-parts.tsx'
import { listPath, newSourcePath } from './words.ts'

export const draftPath = (id: string, step = ''): string => `${newSourcePath}/${id}${step && `/${step}`}`
export const DraftParams = z.strictObject({ draft: z.uuid() })

export const steps = [
  { key: 'thong-tin', title: 'Nguồn này là gì', about: 'Tên, cơ quan, đầu mối, căn cứ, định kỳ' },
  { key: 'cot', title: 'Các cột', about: 'Kiểu của từng cột, cột khóa, cột cá nhân, khoảng cho phép' },
  { key: 'anh-xa', title: 'Cột nào là gì', about: 'Loại dữ liệu; cột nào là ngày, giá trị, cơ quan, địa bàn' },
] as const

/** A draft with its answers. */
export async function getAnswers(ctx: Context, id: string): Promise<{ draft: Draft; answers: Answers }> {
  const draft = await getDraft(ctx, id)
  if (!draft.answers) throw new Error(`draft ${id} has no answers`)
  return { draft, answers: draft.answers }
}

export const draftStartRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: newSourcePath,
    access: 'source:manage',
    handle: (ctx) => startPage(ctx, undefined),
  }),
  route({
    method: 'POST',
    path: newSourcePath,
    access: 'source:manage',
    takes: 'upload',
    maxBytes: 100 * 1024 ** 3,
    async handle(ctx, { upload }) {
      const form = await upload()
      await deleteStaleDrafts(ctx.sql, new Date(ctx.now.getTime() - draftDays * 86_400_000))
      try {
        const file = await takeUpload(ctx, form, 'table')
        if (!file) return startPage(ctx, 'Chưa chọn tệp. Hãy chọn một tệp rồi bấm “Đọc thử tệp”.')
        const draft = await beginDraft(ctx, file)
        await file.taken?.(ctx)
        return redirect(draftPath(draft))
      } catch (error) {
        return startPage(ctx, fileFaultWords(error))
      }
    },
  }),
  route({
    method: 'GET',
    path: `${newSourcePath}/:draft`,
    access: 'source:manage',
    params: DraftParams,
    async handle(ctx, { params }) {
      const { draft, answers } = await getAnswers(ctx, params.draft)
      return page({
        title: answers.name || draft.fileName,
        crumbs: [
          { label: 'Nguồn dữ liệu', href: listPath },
          { label: 'Khai nguồn mới', href: newSourcePath },
        ],
        lead: `Nguồn mới từ tệp ${draft.fileName} (${formatBytes(draft.byteCount)}). Câu trả lời được lưu sau mỗi bước; quay lại trong ${draftDays} ngày.`,
        body: <TaskList draft={draft} answers={answers} />,
      })
    },
  }),
  route({
    method: 'POST',
    path: `${newSourcePath}/:draft`,
    access: 'source:manage',
    params: DraftParams,
    async handle(ctx, { params }) {
      const draft = await getDraft(ctx, params.draft)
      await deleteDraft(ctx.sql, draft.id)
      return redirect(newSourcePath)
    },
  }),
]

async function beginDraft(ctx: Context, file: { fileName: string; bytes: AsyncIterable<Uint8Array> }): Promise<string> {
  const draft = await keepUpload(ctx, { fileName: file.fileName, bytes: file.bytes, source: null })
  try {
    const first = await sniffDraft(ctx, draft.id)
    const sniffed = looksHeadless(first.columns) ? await sniffDraft(ctx, draft.id, { named: false }) : first
    await saveAnswers(ctx, draft.id, await proposeAnswers(ctx, draft, sniffed))
    return draft.id
  } catch (error) {
    await deleteDraft(ctx.sql, draft.id)
    throw error
  }
}

/** What a person is asked to confirm. */
export async function proposeAnswers(ctx: Context, draft: Draft, sniffed: Sniffed): Promise<Answers> {
  const { card } = await getHomePack(ctx.sql)
  // Columns without names are asked by their values alone.
  const names = sniffed.columns
    .filter(({ name, type }) => (isNamed(sniffed.format) ? mayBeKey(name) : type === 'text' || type === 'integer'))
    .map(({ name }) => name)
  return suggestAnswers(sniffed, {
    fileName: draft.fileName,
    timeZone: card.timeZone,
    organisation: ctx.actor.organisation ?? card.rootOrganisation,
    unique: await findUniqueColumn(ctx, draft.id, sniffed, names),
  })
}

async function startPage(ctx: Context, fault: string | undefined): Promise<Reply> {
  const drafts = await listOwnDrafts(ctx)
  return page({
    title: 'Khai nguồn mới',
    status: fault ? 422 : 200,
    crumbs: [{ label: 'Nguồn dữ liệu', href: listPath }],
    lead: 'Đưa một tệp mẫu lên; hệ thống đọc thử, đề xuất, ông/bà xem lại từng bước. Không cần viết mã.',
    islands: ['upload'],
    body: (
      <div class="stack-large">
        <ErrorSummary errors={fault ? [{ field: 'tep', message: fault }] : []} title="Chưa đọc được tệp" />
        <Form action={newSourcePath} files label="Tệp mẫu">
          <FileInput
            name="tep"
            label="Tệp mẫu"
            hint={`CSV, Excel (.xlsx), JSON hoặc XES; có thể nén .gz; lớn nhất ${formatBytes(ctx.config.maxFileBytes)}.`}
            accept=".csv,.txt,.tsv,.xlsx,.json,.jsonl,.ndjson,.xes,.xml,.gz"
            inPieces={tableInPieces(ctx.config)}
            error={fault}
          />
          <Button kind="primary" icon="upload">
            Đọc thử tệp
          </Button>
        </Form>
        {drafts.length > 0 && (
          <Section title="Đang làm dở">
            <Table
              caption="Nguồn đang khai dở"
              hideCaption
              rows={drafts}
              rowKey={({ id }) => id}
              rowHref={({ id }) => draftPath(id)}
              columns={[
                { key: 'name', title: 'Nguồn', cell: ({ answers, fileName }) => answers?.name || fileName },
                { key: 'file', title: 'Tệp', phone: true, cell: ({ fileName }) => fileName },
                { key: 'at', title: 'Sửa lần cuối', phone: true, cell: ({ touchedAt }) => <Time at={touchedAt} /> },
              ]}
            />
          </Section>
        )}
      </div>
    ),
  })
}

function TaskList({ draft, answers }: { draft: Draft; answers: Answers }) {
  const rows = [
    { key: 'tep', title: 'Tệp mẫu', about: `${answers.columns.length} cột`, done: true, href: undefined },
    ...steps.map((step) => ({ ...step, done: answers.done.includes(step.key), href: draftPath(draft.id, step.key) })),
  ]
  const next = steps.find(({ key }) => !answers.done.includes(key))
  return (
    <div class="stack-large">
      <Table
        caption="Các bước"
        hideCaption
        rows={rows}
        rowKey={({ key }) => key}
        columns={[
          { key: 'title', title: 'Bước', cell: ({ href, title }) => (href ? <a href={href}>{title}</a> : title) },
          { key: 'about', title: 'Nội dung', phone: true, cell: ({ about }) => about },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: ({ done }) => (done ? <Tag tone="done">Đã xong</Tag> : <Tag>Chưa xem</Tag>),
          },
        ]}
      />
      <div class="row">
        <Button href={draftPath(draft.id, next?.key ?? 'thu')} kind="primary">
          {next ? `Tiếp tục: ${next.title}` : 'Thử trên tệp'}
        </Button>
        {next && <a href={draftPath(draft.id, 'thu')}>Thử ngay với các đề xuất</a>}
      </div>
      <Form action={draftPath(draft.id)} label="Bỏ nguồn đang khai">
        <Button kind="quiet">Bỏ, không khai nguồn này</Button>
      </Form>
    </div>
  )
}
