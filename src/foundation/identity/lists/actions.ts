// Lists of accounts: uploaded, looked at, and applied whole or in part by who manages the accounts of the organisations they name.
import { createHash } from 'node:crypto'
import { homeToday, leaveAllPositions, managePositions, organisationOf, seatsOn, tidyAgencyCode } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { keyOf, manageAccounts, ownPerson, setAccountDisabled } from '../actions/accounts.ts'
import { recordDeed } from '../actions/record.ts'
import { listDirectoriesWithin } from '../directory/store.ts'
import { accessChanged } from '../events.ts'
import { insertAccount, insertRole, touchAccess } from '../store.ts'
import { activationWanted } from './activation.ts'
import { mostRows, readCsv } from './csv.ts'
import { type ListRow, type PlannedRow, planRows, readRows, type Wanted } from './model.ts'
import * as store from './store.ts'

const listDays = 7

/** Takes a file in. @throws Problem 422 in words when it cannot be read. */
export async function uploadList(ctx: Context, file: { name: string; bytes: Uint8Array }): Promise<string> {
  ctx.require(manageAccounts)
  const by = ownPerson(ctx)
  const refuse = (message: string) => invalid(message, [{ path: 'tep', message }])
  const lines = readCsv(file.bytes)
  if (!lines) throw refuse('Không đọc được tệp: hãy lưu từ bảng tính ở dạng “CSV UTF-8” rồi tải lên lại.')
  const read = readRows(lines, mostRows)
  if ('fault' in read) throw refuse(read.fault)
  await store.deleteOldLists(ctx.sql, new Date(ctx.now.getTime() - listDays * 86_400_000))
  const sha256 = createHash('sha256').update(file.bytes).digest('hex')
  return store.insertList(ctx.sql, { fileName: file.name.slice(0, 200), sha256, rows: read.rows, by, now: ctx.now })
}

/** One's own list. @throws Problem 404 */
export async function getList(ctx: Context, id: string): Promise<store.AccountList> {
  ctx.require(manageAccounts)
  const list = await store.findList(ctx.sql, id, ownPerson(ctx))
  if (!list) throw notFound('account-list', id)
  return list
}

/** What the rows would do as things stand now. */
export async function planList(ctx: Context, rows: readonly ListRow[]): Promise<PlannedRow[]> {
  const today = dayOf(ctx.now)
  const reach = ctx.reach(manageAccounts)
  const { tree } = await homeToday(ctx)
  const names = rows.map(({ values }) => (values.name ?? '').toLowerCase())
  const accounts = new Map((await store.listKnown(ctx.sql, names, today)).map((one) => [one.name, one]))
  const directories = new Set((await listDirectoriesWithin(ctx.sql, reach)).map(({ code }) => code))
  return planRows(rows, {
    today,
    self: ctx.actor.account,
    accounts,
    organisationOf: (code) => tree.find(tidyAgencyCode(code))?.row.code,
    reaches: (organisation) => reach === 'all' || reach.has(organisation),
    directories,
  })
}

export const countKinds = (plan: readonly PlannedRow[]): store.ListOutcome => {
  const counts = { new: 0, changed: 0, removed: 0, unchanged: 0, fault: 0 }
  for (const { kind } of plan) counts[kind]++
  return counts
}

/**
 * Applies a list as things stand now: `all` or nothing, or only its good rows. Once.
 * @throws Problem 409 when a row is at fault and all were to be applied.
 */
export function applyList(ctx: Context, id: string, mode: 'all' | 'good'): Promise<store.ListOutcome> {
  ctx.require(manageAccounts)
  const by = ownPerson(ctx)
  return ctx.transaction(async (ctx) => {
    const list = await store.findList(ctx.sql, id, by, true)
    if (!list) throw notFound('account-list', id)
    if (list.appliedAt || !list.rows)
      throw conflict('account-list.applied', 'Danh sách này đã được áp dụng; tải tệp lên lại nếu cần.')
    const plan = await planList(ctx, list.rows)
    const outcome = countKinds(plan)
    if (mode === 'all' && outcome.fault > 0)
      throw conflict('account-list.faulty', `Còn ${outcome.fault} dòng có lỗi nên chưa dòng nào được áp dụng.`)
    for (const row of plan) await applyRow(ctx, row)
    await store.setApplied(ctx.sql, id, ctx.now, outcome)
    await recordDeed(ctx, { action: 'account.list-applied', account: by, body: { list: id, mode, ...outcome } })
    return outcome
  })
}

async function applyRow(ctx: Context, row: PlannedRow): Promise<void> {
  if (row.kind === 'new') return addAccount(ctx, row.wanted)
  if (row.kind === 'changed')
    return changeAccount(
      ctx,
      row.wanted,
      row.changes.map(({ column }) => column),
    )
  if (row.kind === 'removed') return removeAccount(ctx, row)
}

async function addAccount(ctx: Context, wanted: Wanted): Promise<void> {
  const { name, personName, organisation, position, email, phone, directory } = wanted
  const isNew = await insertAccount(ctx.sql, {
    name,
    personName,
    organisation,
    position: position ?? undefined,
    email: email ?? undefined,
    phone: phone ?? undefined,
    machine: false,
    searchKey: keyOf(wanted),
    passwordHash: undefined,
    passwordGiven: false,
    demo: false,
    now: ctx.now,
  })
  if (!isNew) throw conflict('account.taken', `Tên đăng nhập ${name} vừa được dùng; tải tệp lên lại.`)
  if (directory) await store.updateAccount(ctx.sql, { ...wanted, searchKey: keyOf(wanted) })
  await recordDeed(ctx, {
    action: 'account.created',
    account: name,
    organisation,
    body: { organisation, machine: false, directory: directory ?? null, byList: true },
  })
  await giveListedRole(ctx, wanted)
  if (!directory && email) await ctx.publish(activationWanted, { account: name })
}

async function changeAccount(ctx: Context, wanted: Wanted, changed: string[]): Promise<void> {
  const { name, organisation } = wanted
  await store.updateAccount(ctx.sql, { ...wanted, searchKey: keyOf(wanted) })
  // Names, addresses and telephone numbers stay out of the ledger.
  await recordDeed(ctx, { action: 'account.changed', account: name, organisation, body: { changed, organisation } })
  if (changed.includes('role')) await giveListedRole(ctx, wanted)
  await touchAccess(ctx.sql, name)
  if (changed.includes('organisation')) await ctx.publish(accessChanged, { account: name })
}

async function giveListedRole(ctx: Context, { name, organisation, role }: Wanted): Promise<void> {
  if (!role) return
  ctx.require(manageAccounts, organisation)
  const givenBy = ctx.actor.account ?? 'system'
  await insertRole(ctx.sql, name, { role, organisation, validFrom: dayOf(ctx.now), givenBy, now: ctx.now })
  await recordDeed(ctx, {
    action: 'account.role-given',
    account: name,
    body: { role, organisation, position: null, validTo: null },
  })
}

async function removeAccount(ctx: Context, row: { name: string; leavesOn: string; reason: string }): Promise<void> {
  const { name, leavesOn, reason } = row
  await store.setLeaving(ctx.sql, name, leavesOn, reason)
  await recordDeed(ctx, { action: 'account.removal-set', account: name, body: { leavesOn, reason } })
  if (leavesOn <= dayOf(ctx.now)) await closeAccount(ctx, name, reason)
}

/** The account is closed, its sessions end, its positions are left, and its work goes on: to whom, the worklist decides. */
async function closeAccount(ctx: Context, name: string, reason: string): Promise<void> {
  const today = dayOf(ctx.now)
  const held = await seatsOn(ctx.sql, [name], today)
  if (held.length > 0 && held.every(({ position }) => ctx.can(managePositions, organisationOf(position))))
    await leaveAllPositions(ctx, name, {
      effectiveOn: today,
      decision: { number: 'Thôi dùng tài khoản', issuedOn: today, subject: reason },
    })
  await setAccountDisabled(ctx, name, true)
}

/** Closes the accounts whose day has come. */
export async function closeLeavers(ctx: Context): Promise<void> {
  for (const name of await store.listLeavers(ctx.sql, dayOf(ctx.now)))
    await ctx.transaction((ctx) => closeAccount(ctx, name, 'đến ngày thôi dùng'))
}
