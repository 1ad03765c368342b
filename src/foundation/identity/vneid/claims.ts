import { z } from 'zod'
import type { VneidSettings } from '#platform/config'
import { Problem } from '#platform/errors'
import type { VneidIdentity } from '../person/model.ts'
import type { Level } from './store.ts'

const line = z.string().trim().min(1).max(200)
const sexes: Record<string, 'male' | 'female'> = {
  male: 'male',
  nam: 'male',
  '1': 'male',
  female: 'female',
  nữ: 'female',
  '0': 'female',
}

/** `1990-05-12`, or as it is written on cards. */
const BirthDate = z
  .string()
  .transform((text) => text.replace(/^(\d{2})\/(\d{2})\/(\d{4})$/, '$3-$2-$1'))
  .pipe(z.iso.date())

const Claims = z.object({
  name: line,
  birthDate: BirthDate.optional(),
  sex: z
    .string()
    .transform((text) => sexes[text.toLowerCase()])
    .optional(),
  number: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  organisation: line.optional(),
  organisationName: line.optional(),
})

/** What VNeID has said, by the names it is set to use. @throws Problem when something is missing or has another shape. */
export function readIdentity(
  settings: VneidSettings,
  said: Readonly<Record<string, unknown>> & { sub: string },
): VneidIdentity {
  const own = Object.fromEntries(
    Object.entries(settings.claims).map(([name, theirs]) => [name, said[theirs] ?? undefined]),
  )
  const parsed = Claims.safeParse(own)
  if (!parsed.success || (parsed.data.organisation === undefined) !== (parsed.data.organisationName === undefined))
    throw new Problem(
      'vneid.claims',
      502,
      'Thông tin VNeID gửi về không đủ hoặc không đúng dạng, nên chưa đăng nhập được.',
    )
  const { organisation, organisationName, ...person } = parsed.data
  return {
    ...person,
    issuer: settings.issuer,
    subject: said.sub,
    organisation: organisation && organisationName ? { identifier: organisation, name: organisationName } : undefined,
  }
}

/** Our level for the word that VNeID has answered with. @throws Problem for a word that is not set. */
export function readLevel(settings: VneidSettings, acr: unknown): Level {
  const level = (['vneid:2', 'vneid:1'] as const).find((one) => settings.levels[one] === acr)
  if (!level) throw new Problem('vneid.level', 502, 'VNeID không cho biết mức xác thực, nên chưa đăng nhập được.')
  return level
}
