import type { Context } from '#platform/context'
import { Button, Section } from '#ui'
import { vneidHref } from './paths.ts'
import { findVneid } from './provider.ts'

export type VneidKind = 'real' | 'simulated'

/** Where citizens can sign in now; nothing where they cannot. */
export async function kindOfVneid(ctx: Context): Promise<VneidKind | undefined> {
  const vneid = await findVneid(ctx)
  return vneid && (vneid === ctx.config.vneid ? 'real' : 'simulated')
}

interface VneidSignInProps {
  vneid: VneidKind | undefined
  returnTo: string | undefined
  isDemo: boolean
}

/** The way of citizens, on the page where officers sign in. */
export function VneidSignIn({ vneid, returnTo, isDemo }: VneidSignInProps) {
  if (!vneid)
    return isDemo ? (
      <p class="muted">
        Đăng nhập bằng VNeID (cho người dân, tổ chức) có khi chạy thêm bộ mô phỏng:{' '}
        <span class="code">npm run simulators</span>.
      </p>
    ) : null
  return (
    <Section title="Người dân, tổ chức">
      <p>
        <Button href={vneidHref(returnTo)}>Đăng nhập bằng VNeID{vneid === 'simulated' ? ' (mô phỏng)' : ''}</Button>
      </p>
    </Section>
  )
}
