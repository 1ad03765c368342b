import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { getCalendarOf, localDate } from '#calendar'
import { docxType, type Letter, letterDocx, letterHtml, openFile, printPdf } from '#files'
import { listPeople } from '#identity'
import { getHomePack, signatureBlockFor } from '#organisations'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { file, page, type Reply, type Route, redirect, route } from '#platform/http'
import { AsOfQuestion, Button, ErrorSummary, type FormError, Notice, readDateInput, withQuery } from '#ui'
import { reachOfDuties } from '../reading/reach.ts'
import { decideExplanation, dropLetter, explainLetter, issueLetter, withdrawLetter } from '../reminders/actions.ts'
import { makeLetter } from '../reminders/letter.ts'
import { sendToSign } from '../reminders/signature.ts'
import {
  countIssued,
  findLetter,
  type LetterRow,
  listLetterDuties,
  listSteps,
  type NamedDuty,
  type StepRow,
  suggestNumber,
} from '../reminders/store.ts'
import { getSettings } from '../settings.ts'
import { type Asked, AskedNotice, readAsked, whatOfLetters } from './asked.tsx'
import { Body, type LetterBody } from './letter-body.ts'
import { Forms, type FormsProps, LetterFacts, LetterSteps, NamedDuties } from './letter-parts.tsx'
import { LetterSigning } from './letter-signing.tsx'
import { type Directory, readDirectory } from './parts.tsx'
import { agencyPath, kindWords, letterPath, lettersPath, matrixPath } from './words.ts'

const Params = z.strictObject({ code: z.string().max(40) })
const Query = z.object({
  xong: z.enum(['giai-trinh', 'chap-nhan', 'khong', 'ky', 'thu-hoi', 'bo', 'trinh-ky']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
})
const FileQuery = Query.pick({ tai: true })

const doneWords = {
  'giai-trinh': 'Đã gửi giải trình',
  'chap-nhan': 'Đã chấp nhận giải trình; các kỳ được chấp nhận không tính là chậm',
  khong: 'Đã kết luận không chấp nhận; dự thảo chuyển người ký',
  ky: 'Đã ký ban hành',
  'thu-hoi': 'Đã thu hồi; văn bản không còn được tính',
  bo: 'Đã bỏ dự thảo',
  'trinh-ky': 'Đã trình ký số; người ký đã được báo',
} as const

/** A letter the actor may see; what he may not see is not there. @throws Problem 404 */
async function getLetter(ctx: Context, code: string, asOf?: Date): Promise<LetterRow> {
  const row = await findLetter(ctx.sql, code, asOf)
  const reach = await reachOfDuties(ctx)
  if (!row || (reach !== 'all' && !reach.has(row.agency))) throw notFound('reminder', code)
  return row
}

async function act(ctx: Context, code: string, body: LetterBody): Promise<void> {
  const reason = body['ly-do'] ?? ''
  switch (body.viec) {
    case 'giai-trinh':
      return explainLetter(ctx, code, body['giai-trinh'] ?? '')
    case 'chap-nhan':
      return decideExplanation(ctx, code, { accept: true, reason, duties: idsOf(body.ky) })
    case 'khong':
      return decideExplanation(ctx, code, { accept: false, reason })
    case 'thu-hoi':
      return withdrawLetter(ctx, code, reason)
    case 'bo':
      return dropLetter(ctx, code, reason)
    case 'trinh-ky':
      return sendToSign(ctx, code, letterPath(code))
    case 'ky': {
      const issuedOn = readDateInput(body, 'ngay')
      if (!issuedOn || issuedOn === 'invalid')
        throw new Problem('request.invalid', 422, 'Ngày ban hành chưa đúng.', {}, [
          { path: 'ngay', message: 'Nhập đủ ngày, tháng, năm ban hành, ví dụ 05/11/2026.' },
        ])
      return issueLetter(ctx, code, { number: Number(body.so), issuedOn })
    }
  }
}

const idsOf = (chosen: string | string[] | undefined): number[] =>
  (Array.isArray(chosen) ? chosen : chosen ? [chosen] : []).map(Number).filter((id) => Number.isSafeInteger(id))

export const letterRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${lettersPath}/:code`,
    access: 'duty:read',
    params: Params,
    query: Query,
    handle: (ctx, { params, query }) => show(ctx, params.code, { done: query.xong, tai: query.tai }),
  }),
  route({
    method: 'POST',
    path: `${lettersPath}/:code`,
    access: 'duty:read',
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      await getLetter(ctx, params.code)
      try {
        await act(ctx, params.code, body)
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500 || error.status === 403 || error.status === 404)
          throw error
        const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
        return show(ctx, params.code, {
          typed: body,
          errors: errors.length > 0 ? errors : [{ field: 'buoc', message: error.message }],
        })
      }
      return redirect(withQuery(letterPath(params.code), { xong: body.viec }))
    },
  }),
  route({
    method: 'GET',
    path: `${lettersPath}/:code/thu.pdf`,
    access: 'duty:read',
    params: Params,
    query: FileQuery,
    async handle(ctx, { params, query }) {
      const { row, html } = await written(ctx, params.code, query.tai)
      if (row.signedSha256) {
        const { bytes } = await openFile(ctx, row.signedSha256)
        return file(`${row.code}.pdf`, 'application/pdf', await buffer(bytes), true)
      }
      const title = `${kindWords[row.kind]} ${row.numberText ?? row.code}`
      return file(`${row.code}.pdf`, 'application/pdf', await printPdf(ctx, html, { title }), true)
    },
  }),
  route({
    method: 'GET',
    path: `${lettersPath}/:code/thu.docx`,
    access: 'duty:read',
    params: Params,
    query: FileQuery,
    async handle(ctx, { params, query }) {
      const { row, letter } = await written(ctx, params.code, query.tai)
      return file(`${row.code}.docx`, docxType, await letterDocx(letter))
    },
  }),
  route({
    method: 'GET',
    path: `${lettersPath}/:code/thu.html`,
    access: 'duty:read',
    params: Params,
    query: FileQuery,
    async handle(ctx, { params, query }) {
      const { row, html } = await written(ctx, params.code, query.tai)
      return file(`${row.code}.html`, 'text/html; charset=utf-8', html)
    },
  }),
]

interface Written {
  row: LetterRow
  letter: Letter
  html: string
}

/** The letter as issued, or as it would be issued now. @throws Problem 404 for what was not issued yet at the moment asked for */
async function written(ctx: Context, code: string, tai: string | undefined): Promise<Written> {
  const { asOf } = await readAsked(ctx, tai)
  const row = await getLetter(ctx, code, asOf)
  if (asOf && !row.letter) throw notFound('reminder', code)
  const letter = row.letter ?? (await draftOf(ctx, row, await listLetterDuties(ctx.sql, row.id)))
  return { row, letter, html: letterHtml(letter) }
}

async function draftOf(ctx: Context, row: LetterRow, duties: readonly NamedDuty[]) {
  const { card } = await getHomePack(ctx.sql)
  const year = Number(localDate(ctx.now, card.timeZone).slice(0, 4))
  return makeLetter(ctx, {
    row,
    duties,
    settings: await getSettings(ctx),
    calendar: await getCalendarOf(ctx, card.rootOrganisation).catch(() => undefined),
    countInYear: (await countIssued(ctx.sql, row.agency, year)) + 1,
  })
}

interface Showing {
  tai?: string | undefined
  done?: keyof typeof doneWords
  typed?: LetterBody
  errors?: readonly FormError[]
}

async function show(ctx: Context, code: string, showing: Showing): Promise<Reply> {
  const { done, errors = [] } = showing
  const asked = await readAsked(ctx, showing.tai)
  const row = await getLetter(ctx, code, asked.asOf)
  const duties = await listLetterDuties(ctx.sql, row.id, asked.asOf)
  const directory = await readDirectory(ctx, asked.at)
  const { card } = await getHomePack(ctx.sql)
  const calendar = await getCalendarOf(ctx, card.rootOrganisation, asked.at).catch(() => undefined)
  const letter = row.letter ?? (asked.at ? undefined : await draftOf(ctx, row, duties))
  const steps = await listSteps(ctx.sql, row.id, asked.asOf)
  return page({
    title: `${kindWords[row.kind]} ${row.numberText ?? row.code}`,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Trách nhiệm cập nhật dữ liệu', href: asked.link(matrixPath) },
      { label: 'Văn bản nhắc nhở, đề nghị', href: asked.link(lettersPath) },
    ],
    lead: <a href={asked.link(agencyPath(row.agency))}>{directory.fullNameOf(row.agency)}</a>,
    actions: letter && <Files row={row} asked={asked} />,
    body: (
      <div class="stack-large">
        <AskedNotice asked={asked} what={whatOfLetters} />
        <ErrorSummary errors={[...errors]} title="Chưa thực hiện được" />
        {done && !asked.at && <Notice tone="done" role="status" title={doneWords[done]} />}
        <LetterFacts row={row} letter={letter} directory={directory} asked={asked} />
        {!asked.at && <Forms {...(await readForms(ctx, { row, duties, showing, directory }))} />}
        <LetterSigning ctx={ctx} row={row} isPast={asked.at !== undefined} />
        <NamedDuties duties={duties} calendar={calendar} asked={asked} />
        <LetterSteps
          steps={steps}
          names={await namesOf(ctx, steps)}
          partly={duties.some(({ isExcused }) => isExcused)}
        />
        <AsOfQuestion at={asked.at} what={whatOfLetters} />
      </div>
    ),
  })
}

function Files({ row, asked }: { row: LetterRow; asked: Asked }) {
  return (
    <>
      <Button href={asked.link(`${letterPath(row.code)}/thu.docx`)} icon="download" download>
        Tải về DOCX
      </Button>
      <Button href={asked.link(`${letterPath(row.code)}/thu.pdf`)} icon="document">
        {row.signedSha256 ? 'Xem văn bản đã ký số (PDF)' : row.letter ? 'Xem văn bản (PDF)' : 'Xem dự thảo (PDF)'}
      </Button>
    </>
  )
}

interface Reading {
  row: LetterRow
  duties: readonly NamedDuty[]
  showing: Showing
  directory: Directory
}

/** What the forms of today need. */
async function readForms(ctx: Context, { row, duties, showing, directory }: Reading): Promise<FormsProps> {
  const { card } = await getHomePack(ctx.sql)
  const today = localDate(ctx.now, card.timeZone)
  return {
    ctx,
    row,
    duties,
    typed: showing.typed,
    errors: showing.errors ?? [],
    today,
    suggested: await suggestNumber(ctx.sql, row.issuer, Number(today.slice(0, 4))),
    issuerName: directory.fullNameOf(row.issuer),
    signature:
      row.state === 'to-sign' && ctx.can('duty:issue', row.issuer)
        ? await signatureBlockFor(ctx, { organisation: row.issuer, kind: 'cong-van' })
        : undefined,
  }
}

async function namesOf(ctx: Context, steps: readonly StepRow[]): Promise<Map<string, string>> {
  const people = await listPeople(ctx, [...new Set(steps.map(({ by }) => by))])
  return new Map(people.map(({ account, name }) => [account, name]))
}
