import { randomUUID } from 'node:crypto'
import { instantOf, isDate, localDate } from '#calendar'
import { type AsOf, areaTree, getHomePack, organisationTree } from '#organisations'
import type { Context } from '#platform/context'
import { invalid, Problem } from '#platform/errors'
import type { FormError, Option } from '#ui'

/** A form that is sent twice carries the same key and does its deed once. */
export const formKey = (): string => randomUUID()

/** What a form that came back is told: faults at their fields, or one word above it. Refusals and faults of ours go on. */
export function faultsOf(error: unknown, field: string): FormError[] {
  if (!(error instanceof Problem) || error.status >= 500 || [401, 403, 404].includes(error.status)) throw error
  if (error.fields.length === 0) return [{ field, message: error.message }]
  return error.fields.map(({ path, message }) => ({ field: path, message }))
}

export const errorAt = (errors: readonly FormError[], field: string): string | undefined =>
  errors.find((error) => error.field === field)?.message

/** "14:05", of today, or "14:05 29/11/2026"; nothing where nothing was typed. @throws Problem 422 at the field */
export async function readMoment(ctx: Context, text: string | undefined, field: string): Promise<Date | undefined> {
  const typed = text?.trim()
  if (!typed) return undefined
  const { timeZone } = (await getHomePack(ctx.sql)).card
  const match = /^(\d{1,2})[:h](\d{2})(?:[ ,]+(\d{1,2})\/(\d{1,2})\/(\d{4}))?$/.exec(typed)
  const [, hour = '', minute = '', day, month, year] = match ?? []
  const date = year ? `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}` : localDate(ctx.now, timeZone)
  if (!match || Number(hour) > 23 || Number(minute) > 59 || !isDate(date))
    throw invalid('Thời điểm chưa đúng.', [
      { path: field, message: 'Ghi giờ và ngày, ví dụ 14:05 29/11/2026; chỉ ghi giờ nếu là hôm nay.' },
    ])
  return instantOf(date, `${hour.padStart(2, '0')}:${minute}`, timeZone)
}

/** "12,2388 109,1967": latitude and longitude as maps show them. @throws Problem 422 at the field */
export function readPoint(text: string | undefined, field: string): readonly [number, number] | undefined {
  const typed = text?.trim()
  if (!typed) return undefined
  const [latitude = Number.NaN, longitude = Number.NaN] = typed
    .split(/[;\s]+|,\s+/)
    .filter(Boolean)
    .map((part) => Number(part.replace(',', '.')))
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
    throw invalid('Tọa độ chưa đúng.', [{ path: field, message: 'Ghi vĩ độ rồi kinh độ, ví dụ 12.2388 109.1967.' }])
  return [longitude, latitude]
}

/** Agencies of today as choices of a list; those below the home province first. */
export async function organisationOptions(ctx: Context): Promise<Option[]> {
  const { card } = await getHomePack(ctx.sql)
  const tree = await organisationTree(ctx.sql, { asOf: localDate(ctx.now, card.timeZone) })
  return tree.nodes
    .filter(({ depth }) => depth <= 2)
    .map(({ row, depth }) => ({ value: row.code, label: `${'\u2003'.repeat(depth)}${row.shortName ?? row.name}` }))
}

/** Areas of the home pack as choices: the whole, then what lies right below it. */
export async function areaOptions(ctx: Context): Promise<Option[]> {
  const { card } = await getHomePack(ctx.sql)
  const tree = await areaTree(ctx.sql, { asOf: localDate(ctx.now, card.timeZone) })
  return tree.nodes
    .filter(({ row }) => row.code === card.area || row.parent === card.area)
    .map(({ row }) => ({ value: row.code, label: row.name }))
}

/** Names of agencies by their codes, of what is shown on one page. */
export async function nameOrganisations(ctx: Context, at?: AsOf): Promise<(code: string) => string> {
  const { card } = await getHomePack(ctx.sql)
  const tree = await organisationTree(ctx.sql, at ?? { asOf: localDate(ctx.now, card.timeZone) })
  return (code) => {
    const row = tree.find(code)?.row
    return row?.shortName ?? row?.name ?? code
  }
}
