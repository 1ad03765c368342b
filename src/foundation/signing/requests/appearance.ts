import { listPeople } from '#identity'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { attachmentAppearance, findSignaturePlaces, type SignaturePlaces } from '../layout/decree.ts'
import { findSeal } from '../means/seal-store.ts'
import type { Appearance } from '../pades/means.ts'
import { countPages, readKept } from './document.ts'
import { placeOf } from './model.ts'
import type { RequestRow, StepRow } from './store.ts'

const timeOf = (at: Date): string => {
  const local = new Date(at.getTime() + 7 * 3_600_000).toISOString()
  const [year, month, day] = local.slice(0, 10).split('-')
  return `${local.slice(11, 19)} ${day}/${month}/${year} +07:00`
}

interface Signing {
  request: RequestRow
  steps: readonly StepRow[]
  step: StepRow
  signerName: string
  pdf: Buffer
}

/** Over the name that stands in the document; nothing where it stands nowhere, as on a scanned one. */
async function findPlaces(pdf: Buffer, signerName: string): Promise<SignaturePlaces | undefined> {
  try {
    return await findSignaturePlaces(pdf, { signerName })
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/**
 * How a signature is seen: the person's over his name where the document bears it, the agency's seal over a third of that. Where no name
 * is found they stand at the foot of the document's last page, with the block that is missing there.
 */
export async function appearanceOf(
  ctx: Context,
  { request, steps, step, signerName, pdf }: Signing,
): Promise<Appearance> {
  if (request.attachmentOf) return attachmentAppearance(pdf, { number: request.attachmentOf, at: ctx.now })
  // The page with the link for checking stands behind the document.
  const lastPage = countPages(pdf) - (request.publicCode ? 2 : 1)
  const fixed = { page: lastPage, box: placeOf(step.position, step.kind) }
  if (step.kind === 'person') {
    const words = [`Ký bởi: ${signerName}`, `Thời gian ký: ${timeOf(ctx.now)}`]
    const found = await findPlaces(pdf, signerName)
    if (found) return { page: found.page, box: found.person, fontSize: 7, lines: ['', '', ...words] }
    return { ...fixed, fontSize: 10, lines: [...step.block, ...words] }
  }
  const before = steps.find(({ position }) => position === step.position - 1)
  const [person] = before?.account ? await listPeople(ctx, [before.account]) : []
  const found = person && (await findPlaces(pdf, person.name))
  const place = found ? { page: found.page, box: found.seal } : fixed
  const seal = await findSeal(ctx.sql, step.organisation)
  if (seal?.imageSha256) return { ...place, image: await readKept(ctx, seal.imageSha256) }
  return { ...place, fontSize: 8, lines: [signerName, timeOf(ctx.now)] }
}
