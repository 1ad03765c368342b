import { formatMoney, formatNumber, formatPercent, type Tone, withQuery } from '#ui'
import { baseOf, shareOf } from '../model.ts'

export const listPath = '/danh-muc-du-an'
/** As it stands, or as of the moment that is looked at. */
export const projectPath = (code: string, at?: { text: string }): string =>
  withQuery(`${listPath}/${encodeURIComponent(code)}`, { tai: at?.text })
export const programmePath = (code: string, at?: { text: string }): string =>
  withQuery(`${listPath}/chuong-trinh/${encodeURIComponent(code)}`, { tai: at?.text })

const million = 1_000_000

/** "triệu đồng": the unit that columns of amounts are in. */
export const unitOf = (currency: string): string => `triệu ${currency === 'VND' ? 'đồng' : currency}`

/** An exact amount in millions, with the same decimals down a column; what is not there stays empty. */
export const inMillions = (amount: string | undefined): string | undefined =>
  amount === undefined || Number(amount) === 0 ? undefined : formatNumber(Number(amount) / million, 1)

/** A sum in words: "4,66 tỷ đồng", "1.250.000 USD". */
export function moneyWords(amount: string | number, currency: string): string {
  const value = Number(amount)
  return currency === 'VND' ? formatMoney(value) : `${formatNumber(Math.round(value))} ${currency}`
}

const mostShown = 10

/** 0.9321 → "93,21%"; undefined where there is no whole. Over tenfold the whole was a token: the figure itself would say nothing. */
export function shareWords(share: number | undefined): string | undefined {
  if (share === undefined) return undefined
  return share > mostShown ? `trên ${formatPercent(mostShown * 100, 0)}` : formatPercent(share * 100, 2)
}

export const disbursedShare = (row: { planned: string; granted: string; disbursed: string }): number | undefined =>
  shareOf(Number(row.disbursed), baseOf({ granted: Number(row.granted), planned: Number(row.planned) }))

export const stateTone = (state: string): Tone =>
  state === 'proposed-dropped' ? 'warning' : state === 'completed' ? 'done' : state === 'under-way' ? 'info' : 'neutral'

export const slipWords = (days: number): string | undefined =>
  days > 0 ? `chậm ${formatNumber(days)} ngày` : undefined

/** Shown where a project is invented to fill a number that is stated. */
export const illustrationWord = 'Minh họa'

/** Late by so many days; not late where work is under way or done; nothing where it has not begun. */
export const progressWords = ({ state, slipDays }: { state: string; slipDays: number }): string | undefined =>
  slipWords(slipDays) ?? (state === 'under-way' || state === 'completed' ? 'không chậm' : undefined)
