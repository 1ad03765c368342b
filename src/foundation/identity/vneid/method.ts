import type { StepUpMethod } from '../assurance/method.ts'
import { vneidHref } from './paths.ts'
import { findVneid } from './provider.ts'

/** Level 2 is proved where level 1 was: at VNeID, by the same person. */
export const vneidMethod: StepUpMethod = {
  code: 'vneid',
  title: 'Xác thực mức 2 tại VNeID',
  level: 'vneid:2',
  isOffered: async (ctx) => ctx.actor.citizen !== undefined && (await findVneid(ctx)) !== undefined,
  href: (returnTo) => vneidHref(returnTo, 'vneid:2'),
}
