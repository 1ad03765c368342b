import type { Context } from '#platform/context'
import { findSeal } from '../means/seal-store.ts'
import type { Appearance } from '../pades/means.ts'
import { countPages, readKept } from './document.ts'
import { placeOf } from './model.ts'
import type { StepRow } from './store.ts'

const timeOf = (at: Date): string => {
  const local = new Date(at.getTime() + 7 * 3_600_000).toISOString()
  const [year, month, day] = local.slice(0, 10).split('-')
  return `${local.slice(11, 19)} ${day}/${month}/${year} +07:00`
}

/** How a signature is seen on the last page: the person's block and name, or the agency's seal. */
export async function appearanceOf(
  ctx: Context,
  { step, signerName, pdf }: { step: StepRow; signerName: string; pdf: Buffer },
): Promise<Appearance> {
  const place = { page: countPages(pdf) - 1, box: placeOf(step.position, step.kind) }
  if (step.kind === 'person')
    return {
      ...place,
      fontSize: 10,
      lines: [...step.block, `Ký bởi: ${signerName}`, `Thời gian ký: ${timeOf(ctx.now)}`],
    }
  const seal = await findSeal(ctx.sql, step.organisation)
  if (seal?.imageSha256) return { ...place, image: await readKept(ctx, seal.imageSha256) }
  return { ...place, fontSize: 8, lines: [signerName, timeOf(ctx.now)] }
}
