import { formatDate } from '#calendar'
import { listHolders } from '#identity'
import { notify } from '#notifications'
import { findOrganisation, listDescendantCodes, today } from '#organisations'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { formatDateTime } from '#ui'
import { closeItem, openItem } from '#worklist'
import { stepReached } from '../model.ts'
import { letterPath } from '../pages/words.ts'
import { getSettings } from '../settings.ts'
import { countIssued, findLetter, type LetterRow } from './store.ts'

const nameOf = async (ctx: Context, code: string) => (await findOrganisation(ctx.sql, code))?.name ?? code

const letterWord = { reminder: 'nhắc nhở', request: 'văn bản đề nghị' } as const

/** Who holds a permission and works in the organisation or below it: leaders above need no message of each agency's letters. */
async function listOwnHolders(ctx: Context, permission: string, organisation: string): Promise<{ account: string }[]> {
  const own = new Set(await listDescendantCodes(ctx.sql, organisation, { asOf: await today(ctx) }))
  const holders = await listHolders(ctx, permission, organisation)
  return holders.filter((one) => own.has(one.organisation ?? '')).map(({ account }) => ({ account }))
}

/** Who signs for an organisation: those who work in it itself, where there are such. */
async function listSigners(ctx: Context, issuer: string): Promise<{ account: string }[]> {
  const holders = await listHolders(ctx, 'duty:issue', issuer)
  const near = holders.filter(({ organisation }) => organisation === issuer).map(({ account }) => ({ account }))
  return near.length > 0 ? near : listOwnHolders(ctx, 'duty:issue', issuer)
}

/** The items of work follow the state of the letter: one for the agency, one for who decides, one for who signs. */
export async function followWork(ctx: Context, row: LetterRow): Promise<void> {
  const agency = await nameOf(ctx, row.agency)
  const key = (kind: string) => ({ capability: 'duties', kind, code: row.code })
  const item = { url: letterPath(row.code), capability: 'duties', code: row.code }
  if (row.state === 'asked')
    await openItem(ctx, {
      ...item,
      kind: 'explanation',
      title: 'Giải trình việc chậm cập nhật dữ liệu',
      organisation: row.agency,
      dueAt: row.explainBy ?? undefined,
      permission: 'duty:explain',
    })
  else await closeItem(ctx, key('explanation'))
  if (row.state === 'explained')
    await openItem(ctx, {
      ...item,
      kind: 'decision',
      title: `Xem xét giải trình của ${agency}`,
      organisation: row.issuer,
      permission: 'duty:remind',
    })
  else await closeItem(ctx, key('decision'))
  if (row.state === 'to-sign')
    await openItem(ctx, {
      ...item,
      kind: 'signature',
      title: `Ký ${letterWord[row.kind]} gửi ${agency}`,
      organisation: row.issuer,
      permission: 'duty:issue',
    })
  else await closeItem(ctx, key('signature'))
  await announce(ctx.sql, ['duties', `duty-letter:${row.code}`])
}

export async function tellDrafted(ctx: Context, code: string, count: number): Promise<void> {
  const row = await findLetter(ctx.sql, code)
  if (!row) return
  await followWork(ctx, row)
  const agency = await nameOf(ctx, row.agency)
  const signers = await listSigners(ctx, row.issuer)
  if (signers.length > 0)
    await notify(ctx, {
      notice: 'duty.reminder-drafted',
      to: signers,
      values: { agency, count: String(count), letter: letterWord[row.kind] },
      url: letterPath(code),
      dedupeKey: `duty.reminder-drafted:${code}`,
    })
  if (row.kind === 'reminder' && row.explainBy)
    await notify(ctx, {
      notice: 'duty.explanation-asked',
      to: await listOwnHolders(ctx, 'duty:explain', row.agency),
      values: { count: String(count), until: formatDateTime(row.explainBy) },
      url: letterPath(code),
      urgency: 'urgent',
      dedupeKey: `duty.explanation-asked:${code}`,
    })
}

export async function tellIssued(ctx: Context, code: string): Promise<void> {
  const row = await findLetter(ctx.sql, code)
  if (row?.kind !== 'reminder' || row.year === null) return
  const count = await countIssued(ctx.sql, row.agency, row.year)
  const step = stepReached(await getSettings(ctx), count)
  await notify(ctx, {
    notice: 'duty.reminder-issued',
    to: await listOwnHolders(ctx, 'duty:explain', row.agency),
    values: {
      number: row.numberText ?? '',
      date: formatDate(row.issuedOn ?? ''),
      count: String(count),
      year: String(row.year),
      step: step ? step.words : 'chưa đến ngưỡng xem xét',
    },
    url: letterPath(code),
    urgency: 'urgent',
    dedupeKey: `duty.reminder-issued:${code}`,
  })
}
