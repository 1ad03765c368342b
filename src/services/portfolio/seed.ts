/** The demonstration's own year: capital of the projects under way, granted in January and disbursed month by month up to now. */
import { today } from '#organisations'
import type { Context } from '#platform/context'
import { refreshSums } from './capital-store.ts'
import { insertMovements, type PackMovement } from './pack-store.ts'
import { listIllustrated } from './seed-store.ts'

const pad = (month: number) => String(month).padStart(2, '0')

/** Does nothing where the year has capital already. */
export async function seedYear(ctx: Context): Promise<void> {
  const day = await today(ctx)
  const year = Number(day.slice(0, 4))
  await ctx.transaction(async (inner) => {
    const projects = await listIllustrated(inner.sql, year)
    const rows: PackMovement[] = projects.flatMap((one, at) => {
      const granted = Math.round((Number(one.total) * (0.2 + (at % 4) * 0.05)) / 1e7) * 1e7
      const move = (kind: string, amount: number, on: string) => ({
        project: one.id,
        kind,
        fund: one.fund,
        year,
        amount: String(Math.round(amount)),
        on,
        document: 'Số liệu minh họa',
      })
      // Every fifth hangs far behind; the others come in at nine tenths or so by the end of the year.
      const pace = at % 5 === 3 ? 0.25 : 0.86 + (at % 7) * 0.02
      const months = Array.from({ length: 12 }, (_, index) => index + 1)
      const days = months.map((month) => ({ month, on: `${year}-${pad(month)}-25` })).filter(({ on }) => on <= day)
      return [
        move('planned', granted, `${year}-01-06`),
        move('allotted', granted, `${year}-01-20`),
        ...days.map(({ month, on }) => move('disbursed', (granted * pace * (6 + month)) / 150, on)),
      ].filter(({ on }) => on <= day)
    })
    await insertMovements(inner.sql, rows, { by: 'pack', at: inner.now })
    await refreshSums(
      inner.sql,
      projects.map(({ id }) => id),
      inner.now,
    )
  })
}
