import { localDate } from '#calendar'
import { appendEntry, type Json } from '#ledger'
import {
  findOrganisation,
  getHomePack,
  listDescendantCodes,
  requireSignatureBlock,
  signatureFacts,
  today,
} from '#organisations'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound, Problem } from '#platform/errors'
import { withdrawSignature } from '#signing'
import { calendarsOf } from '../keeping/schedule.ts'
import { canMoveLetter, type LetterState } from '../model.ts'
import { getSettings } from '../settings.ts'
import { makeLetter } from './letter.ts'
import {
  countIssued,
  excuseDuties,
  findByNumber,
  insertStep,
  type LetterRow,
  listLetterDuties,
  lockLetter,
  setClosed,
  setDecided,
  setExplained,
  setIssued,
  setState,
  suggestNumber,
} from './store.ts'
import { followWork, tellIssued } from './tell.ts'

const leastWords = 10

interface Step {
  from: LetterState | null
  to: LetterState
  note: string | null
  /** Past tense, for the ledger. */
  deed: string
  facts?: Record<string, Json>
}

/** Each step stands in the history of the letter and in the ledger. */
export async function recordStep(
  ctx: Context,
  { id, code, agency }: Pick<LetterRow, 'id' | 'code' | 'agency'>,
  { from, to, note, deed, facts }: Step,
): Promise<void> {
  await insertStep(ctx.sql, id, {
    at: ctx.now,
    by: ctx.actor.account ?? 'system',
    fromState: from,
    toState: to,
    note,
  })
  await appendEntry(ctx, {
    action: `reminder.${deed}`,
    subject: `reminder:${code}`,
    organisation: agency,
    body: { from, to, ...(note ? { note } : {}), ...facts },
  })
}

type Work = (ctx: Context, row: LetterRow) => Promise<void>

/** Holds the letter, checks that it may move, moves it, and lets everything that follows from its state follow. */
function move(ctx: Context, code: string, to: readonly LetterState[], work: Work): Promise<void> {
  return ctx.transaction(async (inner) => {
    const row = await lockLetter(inner.sql, code)
    if (!row) throw notFound('reminder', code)
    if (!to.some((state) => canMoveLetter(row.state, state)))
      throw conflict('reminder.illegal-transition', 'Văn bản không còn ở bước này; xin tải lại trang.', {
        from: row.state,
        to: to.join(', '),
      })
    await work(inner, row)
    const after = await lockLetter(inner.sql, code)
    if (after) await followWork(inner, after)
  })
}

const field = (path: string, message: string) => invalid(message, [{ path, message }])

/** The agency says why it was late, within the time it was given. */
export const explainLetter = (ctx: Context, code: string, text: string): Promise<void> =>
  move(ctx, code, ['explained'], async (inner, row) => {
    inner.require('duty:explain', row.agency)
    if (row.explainBy && inner.now > row.explainBy)
      throw conflict('reminder.too-late', 'Đã hết thời hạn giải trình; dự thảo đã chuyển người ký.', { code })
    const said = text.trim()
    if (said.length < leastWords)
      throw field('giai-trinh', 'Nêu rõ vì sao chậm và bao giờ có số liệu (ít nhất 10 ký tự).')
    await setExplained(inner.sql, row.id, {
      text: said,
      by: inner.actor.name || (inner.actor.account ?? ''),
      at: inner.now,
    })
    await recordStep(inner, row, { from: row.state, to: 'explained', note: said, deed: 'explained' })
  })

export interface Decision {
  accept: boolean
  reason: string
  /** Accepted for these duties only; all of them where nothing is said. */
  duties?: readonly number[]
}

/** Somebody over the department in charge, and not of the agency itself, accepts the explanation or does not. */
export const decideExplanation = (ctx: Context, code: string, { accept, reason, duties }: Decision): Promise<void> =>
  move(ctx, code, ['excused'], async (inner, row) => {
    await requireIssuerSide(inner, row, 'duty:remind')
    const said = reason.trim()
    if (said.length < leastWords) throw field('ly-do', 'Nêu căn cứ của quyết định (ít nhất 10 ký tự).')
    const named = await listLetterDuties(inner.sql, row.id)
    const accepted = accept ? named.filter(({ id }) => !duties || duties.includes(id)) : []
    if (accept && accepted.length === 0) throw field('ky', 'Chọn ít nhất một kỳ được chấp nhận.')
    const by = inner.actor.name || (inner.actor.account ?? '')
    if (accepted.length > 0)
      await excuseDuties(inner.sql, row.id, {
        duties: accepted.map(({ id }) => id),
        reason: row.explanation ?? said,
        by,
        at: inner.now,
      })
    const to = accepted.length === named.length ? 'excused' : 'to-sign'
    await setDecided(inner.sql, row.id, { state: to, text: said, by, at: inner.now })
    const deed = to === 'excused' ? 'excused' : 'not-excused'
    await recordStep(inner, row, { from: row.state, to, note: said, deed, facts: { excused: accepted.length } })
  })

/** The time for an explanation has run out: the draft lies with the signer. */
export const waitForSigner = (ctx: Context, code: string): Promise<void> =>
  ignoreMoved(
    move(ctx, code, ['to-sign'], async (inner, row) => {
      if (row.state !== 'asked' || !row.explainBy || row.explainBy >= inner.now) return
      await setState(inner.sql, row.id, 'to-sign')
      const note = 'Hết thời hạn giải trình'
      await recordStep(inner, row, { from: row.state, to: 'to-sign', note, deed: 'submitted' })
    }),
  )

/** Nothing is left to remind of. */
export const dropByItself = (ctx: Context, code: string): Promise<void> =>
  ignoreMoved(
    move(ctx, code, ['dropped'], async (inner, row) => {
      const reason = 'Số liệu đã đến đúng hạn hoặc không còn phải cung cấp'
      await setClosed(inner.sql, row.id, { state: 'dropped', reason, by: 'Hệ thống', at: inner.now })
      await recordStep(inner, row, { from: row.state, to: 'dropped', note: reason, deed: 'dropped' })
    }),
  )

/** What somebody else moved meanwhile needs no second move. */
async function ignoreMoved(moving: Promise<void>): Promise<void> {
  await moving.catch((error) => {
    if (!(error instanceof Problem) || error.status !== 409) throw error
  })
}

export interface Issuing {
  number: number
  /** 'YYYY-MM-DD' */
  issuedOn: string
}

/** Signed off with number and date, by the department in charge only: from here on a reminder counts. */
export const issueLetter = (ctx: Context, code: string, { number, issuedOn }: Issuing): Promise<void> =>
  move(ctx, code, ['issued'], async (inner, row) => {
    await requireIssuerSide(inner, row, 'duty:issue')
    const settings = await getSettings(inner)
    const { card } = await getHomePack(inner.sql)
    if (!Number.isInteger(number) || number < 1 || number > 99_999)
      throw field('so', 'Số văn bản là số nguyên từ 1, ví dụ 12.')
    if (issuedOn > localDate(inner.now, card.timeZone)) throw field('ngay', 'Ngày ban hành không sau hôm nay.')
    if (issuedOn < localDate(row.draftedAt, card.timeZone))
      throw field('ngay', 'Ngày ban hành không trước ngày dự thảo.')
    const year = Number(issuedOn.slice(0, 4))
    await refuseTaken(inner, { issuer: row.issuer, year, number })
    const numberText = settings.numbering.value[row.kind].replace('{number}', String(number).padStart(2, '0'))
    const block = await requireSignatureBlock(inner, { organisation: row.issuer, kind: 'cong-van' })
    const letter = await makeLetter(inner, {
      row,
      duties: await listLetterDuties(inner.sql, row.id),
      settings,
      calendar: await calendarsOf(inner)(row.agency),
      countInYear: (await countIssued(inner.sql, row.agency, year)) + 1,
      signing: { numberText, issuedOn, block },
    })
    await setIssuedOnce(inner, row, { year, number, numberText, issuedOn, letter })
    const count = await countIssued(inner.sql, row.agency, year)
    await recordStep(inner, row, {
      from: row.state,
      to: 'issued',
      note: `${numberText} ngày ${issuedOn.split('-').reverse().join('/')}`,
      deed: 'issued',
      facts: {
        number: numberText,
        issuedOn,
        countInYear: row.kind === 'reminder' ? count : null,
        signature: signatureFacts(block),
      },
    })
    await tellIssued(inner, row.code)
  })

type Signed = Omit<Parameters<typeof setIssued>[2], 'by' | 'at'>

// Two may sign two letters under one number at the same moment: the second is told, whoever it is.
async function setIssuedOnce(ctx: Context, row: LetterRow, signed: Signed): Promise<void> {
  const by = ctx.actor.name || (ctx.actor.account ?? '')
  try {
    await ctx.transaction((inner) => setIssued(inner.sql, row.id, { ...signed, by, at: inner.now }))
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== '23505') throw error
    await refuseTaken(ctx, { issuer: row.issuer, year: signed.year, number: signed.number })
    throw error
  }
}

async function refuseTaken(ctx: Context, key: { issuer: string; year: number; number: number }): Promise<void> {
  const taken = await findByNumber(ctx.sql, key)
  if (!taken) return
  const next = await suggestNumber(ctx.sql, key.issuer, key.year)
  const agency = (await findOrganisation(ctx.sql, taken.agency))?.name ?? taken.agency
  throw new Problem(
    'reminder.number-taken',
    409,
    `Số ${key.number} năm ${key.year} đã dùng cho văn bản gửi ${agency}.`,
    { ...key, code: taken.code },
    [{ path: 'so', message: `Số ${key.number} đã dùng cho văn bản gửi ${agency}; số kế tiếp là ${next}.` }],
  )
}

/** An issued letter is taken back: it stays in the books and no longer counts. */
export const withdrawLetter = (ctx: Context, code: string, reason: string): Promise<void> =>
  move(ctx, code, ['withdrawn'], async (inner, row) => {
    await requireIssuerSide(inner, row, 'duty:issue')
    const said = needReason(reason)
    const by = inner.actor.name || (inner.actor.account ?? '')
    await setClosed(inner.sql, row.id, { state: 'withdrawn', reason: said, by, at: inner.now })
    await recordStep(inner, row, { from: row.state, to: 'withdrawn', note: said, deed: 'withdrawn' })
    if (row.signingCode) await withdrawSignature(inner, row.signingCode, `Văn bản bị thu hồi: ${said}`)
  })

/** A draft is not sent. */
export const dropLetter = (ctx: Context, code: string, reason: string): Promise<void> =>
  move(ctx, code, ['dropped'], async (inner, row) => {
    await requireIssuerSide(inner, row, 'duty:remind')
    const said = needReason(reason)
    const by = inner.actor.name || (inner.actor.account ?? '')
    await setClosed(inner.sql, row.id, { state: 'dropped', reason: said, by, at: inner.now })
    await recordStep(inner, row, { from: row.state, to: 'dropped', note: said, deed: 'dropped' })
  })

function needReason(reason: string): string {
  const said = reason.trim()
  if (said.length < leastWords) throw field('ly-do', 'Nêu lý do (ít nhất 10 ký tự).')
  return said
}

/**
 * Who decides for the issuer: holds the permission over it. Only who works in the issuer signs, and nobody decides over his own
 * agency's letter.
 */
async function requireIssuerSide(
  ctx: Context,
  row: LetterRow,
  permission: 'duty:remind' | 'duty:issue',
): Promise<void> {
  ctx.require(permission, row.issuer)
  const own = ctx.actor.organisation
  const asOf = await today(ctx)
  const within = async (code: string) => (await listDescendantCodes(ctx.sql, code, { asOf })).includes(own ?? '')
  if (permission === 'duty:issue' && !(await within(row.issuer))) {
    const issuer = (await findOrganisation(ctx.sql, row.issuer))?.name ?? row.issuer
    throw new Problem('reminder.not-the-issuer', 403, `Chỉ ${issuer} ký ban hành văn bản này.`, { issuer: row.issuer })
  }
  if (row.agency !== row.issuer && (await within(row.agency)))
    throw new Problem('reminder.own-agency', 403, 'Không ai quyết định văn bản gửi chính cơ quan mình.', {
      agency: row.agency,
    })
}
