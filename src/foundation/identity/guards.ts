// Who may see an account and a person's record: told to auditors by the rules that the pages and look-ups go by.
import { homeToday } from '#organisations'
import type { Context } from '#platform/context'
import type { GuardBook, GuardedThing, NamedThing } from '#platform/guards'
import { manageAccounts } from './actions/accounts.ts'
import { AccountName } from './model.ts'
import { lookUpPermission, ownPermission, personSubject } from './person/model.ts'
import { findPerson } from './person/store.ts'
import { findAccount } from './store.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** What is no organisation's own is for the auditors of the whole province. */
const rootOf = async (ctx: Context): Promise<string> => (await homeToday(ctx)).pack.card.rootOrganisation

async function findAccounts(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const account = AccountName.safeParse(code).success ? await findAccount(ctx.sql, code) : undefined
  if (!account || account.citizen) return []
  const organisations = account.organisation ? [account.organisation] : undefined
  return [
    {
      subject: `account:${code}`,
      name: `Tài khoản ${code}`,
      organisation: account.organisation ?? (await rootOf(ctx)),
      ways: [{ permission: manageAccounts, organisations }],
    },
  ]
}

/** By its id only: a number that could be tried here would tell who has a record. */
async function findPersons(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const person = uuid.test(code) ? await findPerson(ctx.sql, code) : undefined
  if (!person) return []
  return [
    {
      subject: personSubject(code),
      name: 'Hồ sơ cá nhân của một công dân',
      organisation: await rootOf(ctx),
      ways: [
        { permission: lookUpPermission },
        { permission: ownPermission, parties: { accounts: [person.account], words: 'Chính người này' } },
      ],
    },
  ]
}

export const guards: readonly GuardBook[] = [
  { title: 'Tài khoản', kinds: ['account'], pages: ['/quan-tri/tai-khoan/:code'], find: findAccounts },
  { title: 'Hồ sơ cá nhân', example: 'mã trong nhật ký: person:…', kinds: ['person'], pages: [], find: findPersons },
]
