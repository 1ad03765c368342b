import type { Readable } from 'node:stream'
import { z } from 'zod'
import { openFile } from '#files'
import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { invalid, notFound, Problem, tooLarge } from '#platform/errors'
import { file, json, page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  DateText,
  DescriptionList,
  ErrorSummary,
  errorOf,
  FileInput,
  Form,
  type FormError,
  Notice,
  Section,
  TextInput,
} from '#ui'
import { publicPath } from '../actions.ts'
import { mostCheckedBytes, PublicCode, type PublishedDocument, ValidationAnswer } from '../model.ts'
import { findPublished } from '../store.ts'
import { validateDocument } from '../verification/validate.ts'
import { Report } from './report.tsx'

export const checkPath = '/kiem-tra-chu-ky'
const codePath = `${checkPath}/ma`
const megabytes = mostCheckedBytes / 1024 ** 2

/** All of it, or nothing but the refusal; what is too much is read to its end, because the form behind it must be answered. */
async function readWhole(bytes: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= mostCheckedBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  if (size > mostCheckedBytes) throw tooLarge(mostCheckedBytes)
  return Buffer.concat(chunks)
}

interface Asked {
  faults?: FormError[]
  code?: string
  status?: number
}

function showForm({ faults = [], code, status }: Asked = {}): Reply {
  return page({
    title: 'Kiểm tra chữ ký số',
    face: 'plain',
    status,
    lead: 'Xem ai đã ký một văn bản điện tử, lúc nào, và văn bản có còn nguyên vẹn hay không.',
    body: (
      <div class="stack-large">
        <ErrorSummary errors={faults} title={errorOf(faults, 'ma') ? 'Chưa mở được văn bản' : 'Chưa kiểm tra được'} />
        <Section title="Tải văn bản lên">
          <Form action={checkPath} files>
            <FileInput
              name="tep"
              label="Văn bản PDF đã ký"
              hint={`Tệp PDF, không quá ${megabytes} MB. Hệ thống đọc để kiểm tra và không giữ lại tệp.`}
              accept=".pdf,application/pdf"
              error={errorOf(faults, 'tep')}
            />
            <Button type="submit" kind="primary">
              Kiểm tra chữ ký
            </Button>
          </Form>
        </Section>
        <Section title="Hoặc nhập mã in trên văn bản">
          <Form action={codePath}>
            <TextInput
              name="ma"
              label="Mã tra cứu"
              hint="12 chữ và số, in cạnh mã QR, ví dụ 7KQ2-M9ND-4T8X. Hoặc mở máy ảnh của điện thoại và quét mã QR: văn bản và kết quả kiểm tra hiện ngay."
              value={code}
              error={errorOf(faults, 'ma')}
            />
            <Button type="submit" kind="plain">
              Mở văn bản
            </Button>
          </Form>
        </Section>
      </div>
    ),
  })
}

async function showUploaded(ctx: Context, { bytes, name }: { bytes: Buffer; name: string }): Promise<Reply> {
  const report = await validateDocument(ctx, bytes)
  return page({
    title: 'Kết quả kiểm tra chữ ký số',
    face: 'plain',
    crumbs: [{ label: 'Kiểm tra chữ ký số', href: checkPath }],
    headers: { 'cache-control': 'no-store' },
    body: (
      <div class="stack-large">
        <Report report={report} fileName={name} />
        <p>
          <Button href={checkPath} kind="plain">
            Kiểm tra văn bản khác
          </Button>
        </p>
      </div>
    ),
  })
}

async function getPublished(ctx: Context, given: string): Promise<PublishedDocument> {
  const code = PublicCode.safeParse(given)
  const document = code.success ? await findPublished(ctx.sql, code.data) : undefined
  if (!document) throw notFound('signed-document', given.slice(0, 40))
  return document
}

async function readPublished(ctx: Context, { sha256 }: PublishedDocument): Promise<Buffer> {
  const { bytes } = await openFile(ctx, sha256)
  return readWhole(bytes)
}

async function showPublished(ctx: Context, given: string): Promise<Reply> {
  const document = await getPublished(ctx, given)
  const organisation = await findOrganisation(ctx.sql, document.organisation)
  const facts = [
    { term: 'Cơ quan ban hành', value: organisation?.name ?? document.organisation },
    { term: 'Công bố', value: <DateText on={document.publishedAt} /> },
    { term: 'Mã tra cứu', value: <span class="code">{document.code}</span> },
  ]
  const isOpen = document.withdrawnAt === null
  return page({
    title: document.title,
    face: 'plain',
    crumbs: [{ label: 'Kiểm tra chữ ký số', href: checkPath }],
    body: (
      <div class="stack-large">
        {!isOpen && (
          <Notice tone="danger" title="Văn bản đã bị thu hồi">
            {document.withdrawnReason}
          </Notice>
        )}
        <DescriptionList items={facts} />
        {isOpen && (
          <p>
            <Button href={`${publicPath(document.code)}/tep`} icon="download">
              Tải văn bản (PDF)
            </Button>
          </p>
        )}
        {isOpen && (
          <Report
            report={await validateDocument(ctx, await readPublished(ctx, document))}
            fileName={document.fileName}
          />
        )}
      </div>
    ),
  })
}

const asFault = (error: unknown, field: string): FormError[] => {
  if (!(error instanceof Problem) || error.status >= 500) throw error
  if (error.status === 413)
    return [
      {
        field,
        message: `Tệp lớn hơn ${megabytes} MB nên không kiểm tra ở đây được; hãy xin bản gọn hơn của cơ quan ban hành.`,
      },
    ]
  return [{ field, message: error.message }]
}

/** Who scanned or typed a code that nothing bears, may type it again. */
function showUnknown(error: unknown, code: string, status: number): Reply {
  if (!(error instanceof Problem) || error.code !== 'signed-document.not-found') throw error
  const message = 'Không có văn bản nào mang mã này. Hãy xem lại mã in trên văn bản.'
  return showForm({ faults: [{ field: 'ma', message }], code, status })
}

const Code = z.strictObject({ code: z.string().max(40) })

export const checkRoutes: readonly Route[] = [
  route({ method: 'GET', path: checkPath, access: 'public', handle: () => showForm() }),
  route({
    method: 'POST',
    path: checkPath,
    access: 'public',
    takes: 'upload',
    maxBytes: mostCheckedBytes + 64 * 1024,
    ratePerMinute: 30,
    async handle(ctx, { upload }) {
      try {
        const { file: sent } = await upload()
        const bytes = sent && (await readWhole(sent.bytes))
        if (!sent || !bytes || bytes.length === 0) throw invalid('Hãy chọn văn bản PDF cần kiểm tra.')
        return await showUploaded(ctx, { bytes, name: sent.fileName.slice(0, 200) })
      } catch (error) {
        return showForm({ faults: asFault(error, 'tep'), status: 422 })
      }
    },
  }),
  route({
    method: 'POST',
    path: codePath,
    access: 'public',
    ratePerMinute: 30,
    body: z.strictObject({ ma: z.string().max(80) }),
    async handle(ctx, { body }) {
      try {
        return redirect(publicPath((await getPublished(ctx, body.ma)).code))
      } catch (error) {
        return showUnknown(error, body.ma, 422)
      }
    },
  }),
  route({
    method: 'GET',
    path: '/vb/:code',
    access: 'public',
    ratePerMinute: 60,
    params: Code,
    async handle(ctx, { params }) {
      try {
        return await showPublished(ctx, params.code)
      } catch (error) {
        return showUnknown(error, params.code, 404)
      }
    },
  }),
  route({
    method: 'GET',
    path: '/vb/:code/tep',
    access: 'public',
    ratePerMinute: 60,
    params: Code,
    async handle(ctx, { params }) {
      const document = await getPublished(ctx, params.code)
      if (document.withdrawnAt) throw new Problem('signed-document.withdrawn', 410, 'Văn bản này đã bị thu hồi.')
      const { bytes } = await openFile(ctx, document.sha256)
      return file(document.fileName, 'application/pdf', bytes)
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/signatures/validate',
    access: 'public',
    summary: `Checks the signatures of a PDF (the body, at most ${megabytes} MB): who signed, when, intact or not, with reasons. Nothing is kept.`,
    takes: 'stream',
    maxBytes: mostCheckedBytes,
    ratePerMinute: 60,
    answers: ValidationAnswer,
    async handle(ctx, { bytes }) {
      return json(await validateDocument(ctx, await readWhole(bytes)))
    },
  }),
]
