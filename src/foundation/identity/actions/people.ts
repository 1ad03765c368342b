import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { seatPeople } from '#organisations'
import { type Config, ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { dayOf } from '#platform/local-day'
import { type DemoPerson, everywhere, PeopleFile } from '../model.ts'
import * as store from '../store.ts'
import { keyOf } from './accounts.ts'
import { recordDeed } from './record.ts'
import { hashPassword, newPassword } from './secrets.ts'

/** What was read last: the sign-in page names these people each time it is shown. */
let kept: { text: string; people: DemoPerson[] } | undefined

/** The demonstration people of the pack; none where it ships none. */
export async function readDemoPeople(packDir: string): Promise<DemoPerson[]> {
  const path = join(packDir, 'people.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (text === undefined) return []
  if (kept?.text === text) return kept.people
  const parsed = PeopleFile.safeParse(parse(text))
  if (!parsed.success) throw new ConfigFault(`${path}:\n${z.prettifyError(parsed.error)}`)
  kept = { text, people: parsed.data.people }
  return kept.people
}

/** Makes accounts for the demonstration people that have none yet; one that exists is left as it is. */
export async function loadDemoPeople(ctx: Context, config: Config): Promise<void> {
  const people = await readDemoPeople(config.packDir)
  for (const person of people) {
    if (await store.findAccount(ctx.sql, person.account)) continue
    const passwordHash = await hashPassword(person.demoPassword)
    await ctx.transaction((ctx) => insertPerson(ctx, person, passwordHash))
  }
  await seatPeople(
    ctx,
    people.map(({ account, name, positions }) => ({ account, personName: name, positions })),
  )
}

async function insertPerson(ctx: Context, person: DemoPerson, passwordHash: string): Promise<void> {
  const account = { name: person.account, personName: person.name, organisation: person.organisation }
  const isNew = await store.insertAccount(ctx.sql, {
    ...account,
    machine: false,
    searchKey: keyOf(account),
    passwordHash,
    passwordGiven: false,
    demo: true,
    email: person.email,
    phone: person.phone,
    now: ctx.now,
  })
  if (!isNew) return
  for (const role of person.roles) {
    await store.insertRole(ctx.sql, account.name, {
      ...role,
      validFrom: dayOf(ctx.now),
      givenBy: 'system',
      now: ctx.now,
    })
  }
  await recordDeed(ctx, { action: 'account.created', account: account.name, body: { demo: true } })
}

/**
 * The first account of a clean installation, `admin`, over all organisations.
 * @returns its password when the program chose it; nothing when there are accounts already or the setting names one.
 */
export async function createFirstAdministrator(ctx: Context): Promise<string | undefined> {
  if (await store.hasAccounts(ctx.sql)) return undefined
  const chosen = ctx.config.adminPassword
  const password = chosen ?? newPassword()
  const passwordHash = await hashPassword(password)
  await ctx.transaction(async (ctx) => {
    const account = { name: 'admin', personName: 'Quản trị hệ thống' }
    await store.insertAccount(ctx.sql, {
      ...account,
      machine: false,
      searchKey: keyOf(account),
      passwordHash,
      passwordGiven: false,
      demo: false,
      now: ctx.now,
    })
    await store.insertRole(ctx.sql, 'admin', {
      role: 'administrator',
      organisation: everywhere,
      validFrom: dayOf(ctx.now),
      givenBy: 'system',
      now: ctx.now,
    })
    await recordDeed(ctx, { action: 'account.created', account: 'admin' })
  })
  return chosen ? undefined : password
}
