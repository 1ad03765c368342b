import { appendEntry } from '#ledger'
import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { invalid, notFound } from '#platform/errors'
import { manageAccounts, ownPerson } from '../actions/accounts.ts'
import { type DirectoryEntry, findEntry, proveInDirectory, sealSecret } from './client.ts'
import type { NewDirectory } from './model.ts'
import * as store from './store.ts'

const fault = (path: string, message: string) => invalid(message, [{ path, message }])

/** A directory of the organisations within reach. @throws Problem 404 */
export async function getDirectory(ctx: Context, code: string): Promise<store.Directory> {
  ctx.require(manageAccounts)
  const found = await store.findDirectory(ctx.sql, code)
  if (!found || !ctx.can(manageAccounts, found.organisation)) throw notFound('directory', code)
  return found
}

/** Makes a directory or changes one; its secret is sealed, and kept where none is given. */
export async function saveDirectory(ctx: Context, wanted: NewDirectory, isNew: boolean): Promise<void> {
  const by = ownPerson(ctx)
  ctx.require(manageAccounts, wanted.organisation)
  if (!(await findOrganisation(ctx.sql, wanted.organisation)))
    throw fault('organisation', 'Chọn đơn vị trong danh sách.')
  const known = await store.findDirectory(ctx.sql, wanted.code)
  if (isNew && known) throw fault('code', 'Mã này đã dùng cho một danh bạ khác; chọn mã khác.')
  if (known && !ctx.can(manageAccounts, known.organisation)) throw notFound('directory', wanted.code)
  const owner = wanted.domain && (await store.findDomainOwner(ctx.sql, wanted.domain))
  if (owner && owner !== wanted.code) throw fault('domain', 'Tên miền này đã thuộc một danh bạ khác.')
  const { bindPassword, ...rest } = wanted
  // The kept secret goes only to where it was meant for: to another server, or as another account, it is to be typed again.
  const isElsewhere = known && (known.url !== wanted.url || known.bindDn !== wanted.bindDn)
  if (bindPassword === undefined && (!known || isElsewhere))
    throw fault(
      'bindPassword',
      'Nhập mật khẩu của tài khoản tra cứu (địa chỉ hoặc tài khoản tra cứu đã đổi thì phải nhập lại).',
    )
  const bindSecret =
    bindPassword === undefined ? known?.bindSecret : await sealSecret(ctx.config, wanted.code, bindPassword)
  if (!bindSecret) throw fault('bindPassword', 'Nhập mật khẩu của tài khoản tra cứu.')
  await ctx.transaction(async (ctx) => {
    await store.upsertDirectory(ctx.sql, { ...rest, bindSecret, by, now: ctx.now })
    const { code, organisation, url, startTls, baseDn, filter, domain, enabled } = wanted
    await appendEntry(ctx, {
      action: isNew ? 'directory.created' : 'directory.changed',
      subject: `directory:${code}`,
      organisation,
      body: {
        url,
        startTls,
        baseDn,
        filter,
        domain: domain ?? null,
        enabled,
        secretChanged: bindPassword !== undefined,
      },
    })
  })
}

export interface Trial {
  entry: DirectoryEntry | undefined
  /** Absent: no password was given, only looked up. */
  proved?: boolean
}

/** Looks a name up, and tries its password where one is typed. @throws Problem 503 in words when the directory does not answer. */
export async function tryDirectory(
  ctx: Context,
  code: string,
  given: { name: string; password: string },
): Promise<Trial> {
  ownPerson(ctx)
  const directory = await getDirectory(ctx, code)
  await appendEntry(ctx, {
    action: 'directory.tried',
    subject: `directory:${code}`,
    organisation: directory.organisation,
    body: { withPassword: given.password !== '' },
  })
  if (given.password === '') return { entry: await findEntry(ctx.config, directory, given.name) }
  const entry = await proveInDirectory(ctx.config, { ...directory, enabled: true }, given)
  return { entry: entry ?? (await findEntry(ctx.config, directory, given.name)), proved: entry !== undefined }
}
