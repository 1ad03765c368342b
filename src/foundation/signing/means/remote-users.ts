/** Which of the keys that the remote service holds are whose: each person names his user there, the service says his credentials. */
import { listPeople } from '#identity'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { invalid, Problem } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { readCertificate } from '../certificates/model.ts'
import { requireUsable } from '../certificates/usable.ts'
import { openRemote, remoteProblem } from './remote.ts'

export interface RemoteUser {
  account: string
  userId: string
  credential: string
  label: string
}

const listUsers = (sql: Sql, account: string): Promise<RemoteUser[]> =>
  sql<RemoteUser[]>`
    select account, user_id, credential, label from signing.remote_user where account = ${account} order by credential`

/** The actor's own credentials at the remote service, as they were linked. */
export async function listRemoteCredentials(ctx: Context): Promise<{ id: string; label: string }[]> {
  if (!ctx.config.signing.remote || !ctx.actor.account) return []
  return (await listUsers(ctx.sql, ctx.actor.account)).map(({ credential, label }) => ({ id: credential, label }))
}

/** Links the actor to his user at the service; his certificates there go into the register. @throws Problem 422 or 409 */
export async function linkRemoteUser(ctx: Context, userId: string): Promise<void> {
  const settings = ctx.config.signing.remote
  const account = ctx.actor.account ?? ''
  if (!settings) throw new Problem('remote-signing.none', 409, 'Chưa cấu hình dịch vụ ký số từ xa.')
  if (!/^[\w.@+-]{3,100}$/.test(userId)) throw fault('Nhập đúng mã người dùng ở dịch vụ ký số.')
  const service = openRemote(settings)
  try {
    const [person] = await listPeople(ctx, [account])
    const found = await service.listCredentials(userId)
    const credentials = await Promise.all(found.slice(0, 10).map((id) => service.readCredential(id)))
    if (credentials.length === 0) throw fault('Dịch vụ không có chứng thư nào của mã người dùng này.')
    await ctx.transaction(async (ctx) => {
      await ctx.sql`delete from signing.remote_user where account = ${account}`
      for (const { id, chain } of credentials) {
        const leaf = chain[0] ?? Buffer.alloc(0)
        await requireUsable(ctx, chain, {
          kind: 'person',
          account,
          name: person?.name ?? ctx.actor.name,
          organisation: person?.organisation ?? ctx.actor.organisation ?? '',
          means: 'remote',
        })
        const { holder, issuer } = readCertificate(leaf)
        await ctx.sql`
          insert into signing.remote_user (account, user_id, credential, label)
          values (${account}, ${userId}, ${id}, ${`${holder} · ${issuer}`})`
      }
      await appendEntry(ctx, {
        action: 'remote-signing.changed',
        subject: `account:${account}`,
        body: { credentials: credentials.length },
      })
    })
  } catch (error) {
    throw remoteProblem(error)
  }
}

const fault = (message: string) => invalid(message, [{ path: 'ma-nguoi-dung', message }])
