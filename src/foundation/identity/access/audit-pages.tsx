// For auditors: who may do this there, and what may this person do.
import { z } from 'zod'
import { homeToday } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { EmptyState, errorOf, formatDate, Select, searchKey, Table, TextInput, withQuery } from '#ui'
import { organisationNames } from '../pages/account-parts.tsx'
import { noteQuestion, workQuery } from './asked.tsx'
import { auditAccess, findGrounds, findWho, type WhoAsked } from './audit.ts'
import {
  type AskingProps,
  askAgain,
  asking,
  auditPath,
  day,
  personPath,
  readOn,
  readPlace,
  sentDay,
  whoColumns,
  writePlace,
} from './audit-parts.tsx'
import { inOrder, sayPermission } from './permission-words.ts'
import { namesFor, RightsTable, rightsRows, rightsTitles, sayWhere, sayWhy } from './words.tsx'

const WhoQuery = z.object({
  quyen: z.string().max(64).optional(),
  'don-vi': z.string().max(35).optional(),
  q: z.string().max(200).optional(),
  ...day,
  ...workQuery,
  sau: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  tai: z.enum(['csv']).optional(),
})
type WhoQuery = z.infer<typeof WhoQuery>
const PersonQuery = z.object({
  'tai-khoan': z.string().max(63).optional(),
  ...day,
  ...workQuery,
  tai: z.enum(['csv']).optional(),
})
type PersonQuery = z.infer<typeof PersonQuery>

async function listPlaces(ctx: Context) {
  const reach = ctx.reach(auditAccess)
  const { tree } = await homeToday(ctx)
  return tree.nodes
    .filter(({ row }) => reach === 'all' || reach.has(row.code))
    .map(({ row }) => ({ value: row.code, label: `${row.name} (${row.code})` }))
}

const WhoFields = async ({ ctx, query }: { ctx: Context; query: WhoQuery }) => (
  <>
    <Select
      name="quyen"
      label="Việc"
      value={query.quyen}
      options={inOrder(ctx.grants.keys()).map((value) => ({ value, label: sayPermission(value) }))}
    />
    <Select name="don-vi" label="Ở đơn vị" value={query['don-vi']} options={await listPlaces(ctx)} />
    <TextInput name="q" type="search" label="Tên người" value={query.q} optional />
  </>
)

const askedOf = (ctx: Context, query: WhoQuery, permission: string, organisation: string): WhoAsked => ({
  permission,
  organisation,
  on: readOn(ctx, query),
  words: searchKey(query.q?.trim() ?? ''),
  after: readPlace(query.sau),
  limit: query.limit,
})

async function* whoRows(ctx: Context, asked: WhoAsked) {
  const placeOf = await organisationNames(ctx)
  for (let after = asked.after; ; ) {
    const piece = await findWho(ctx, { ...asked, after, limit: 500 })
    const names = await namesFor(
      ctx,
      piece.flatMap(({ grounds }) => grounds),
    )
    for (const { account, name, organisation, grounds } of piece)
      for (const ground of grounds)
        yield [account, name, placeOf(organisation), sayWhere(ground, names), sayWhy(ground, names)]
    after = piece.at(-1)
    if (piece.length < 500) return
  }
}

async function WhoTable({
  ctx,
  asked,
  query,
  address,
}: {
  ctx: Context
  asked: WhoAsked
  query: WhoQuery
  address: string
}) {
  const found = await findWho(ctx, { ...asked, limit: asked.limit + 1 })
  const rows = found.slice(0, asked.limit)
  const last = rows.at(-1)
  const names = await namesFor(
    ctx,
    rows.flatMap(({ grounds }) => grounds),
  )
  return (
    <Table
      caption={`Được làm “${sayPermission(asked.permission)}” tại ${names.place(asked.organisation)} vào ngày ${formatDate(asked.on)}`}
      rows={rows}
      rowKey={({ account }) => account}
      columns={whoColumns(query, names)}
      downloads={{ csv: withQuery(address, { tai: 'csv', sau: undefined }) }}
      paging={{
        nextHref: found.length > asked.limit && last ? withQuery(address, { sau: writePlace(last) }) : undefined,
        size: asked.limit,
        sizes: [20, 50, 100],
      }}
      empty={{ title: 'Không có ai', words: 'Không tài khoản nào được làm việc này tại đơn vị và vào ngày đã chọn.' }}
    />
  )
}

const noteWho = (ctx: Context, { permission, organisation, on }: WhoAsked, { tai, viec }: WhoQuery) =>
  noteQuestion(ctx, {
    subject: `permission:${permission}`,
    organisation,
    facts: { question: 'who-may', on, ...(tai ? { taken: tai } : {}) },
    work: viec,
  })

async function answerWho(ctx: Context, query: WhoQuery, address: string) {
  const { quyen: permission, 'don-vi': organisation } = query
  if (!permission || !organisation || !ctx.grants.has(permission))
    return <EmptyState title="Chưa chọn việc và đơn vị">Chọn một việc và một đơn vị để xem ai được làm.</EmptyState>
  const asked = askedOf(ctx, query, permission, organisation)
  const table = await WhoTable({ ctx, asked, query, address })
  await noteWho(ctx, asked, query)
  return table
}

async function showWho(ctx: Context, query: WhoQuery, rest: Pick<AskingProps, 'answer' | 'errors' | 'status'>) {
  return asking({
    at: auditPath,
    lead: 'Ai được làm một việc tại một đơn vị, hoặc một người được làm những gì, và vì sao.',
    query,
    label: 'Ai được làm',
    button: 'Xem ai được làm',
    fields: await WhoFields({ ctx, query }),
    ...rest,
  })
}

const notePerson = (
  ctx: Context,
  { account, organisation }: { account: string; organisation: string | null },
  { on, query }: { on: string; query: PersonQuery },
) =>
  noteQuestion(ctx, {
    subject: `account:${account}`,
    organisation: organisation ?? 'none',
    facts: { question: 'what-may', on, ...(query.tai ? { taken: query.tai } : {}) },
    work: query.viec,
  })

/** @throws Problem 404 that belongs to the field. */
async function getGrounds(ctx: Context, account: string, on: string) {
  try {
    return await findGrounds(ctx, account, on)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'account.not-found') throw error
    const message = `Không có tài khoản cán bộ nào tên “${account}”; xin xem lại tên đăng nhập.`
    throw new Problem(error.code, error.status, error.message, error.facts, [{ path: 'tai-khoan', message }])
  }
}

async function answerPerson(ctx: Context, query: PersonQuery, address: string) {
  const account = query['tai-khoan']?.trim()
  if (!account)
    return {
      answer: (
        <EmptyState title="Chưa chọn người">
          Nhập tên đăng nhập, hoặc mở từ danh sách những người được làm một việc.
        </EmptyState>
      ),
    }
  const on = readOn(ctx, query)
  const { person, grounds } = await getGrounds(ctx, account, on)
  await notePerson(ctx, person, { on, query })
  const names = await namesFor(ctx, grounds)
  const state = person.inUse ? `quyền vào ngày ${formatDate(on)}` : `tài khoản không dùng vào ngày ${formatDate(on)}`
  return {
    lead: `${person.name}, ${names.place(person.organisation)}: ${state}.`,
    answer: (
      <RightsTable
        caption={`Quyền của ${person.name}`}
        grounds={grounds}
        purposesOf={ctx.purposesOf}
        names={names}
        hrefOf={(permission) =>
          `${auditPath}?${new URLSearchParams({ quyen: permission, 'don-vi': person.organisation ?? '', ...sentDay(query) })}`
        }
        csv={withQuery(address, { tai: 'csv' })}
      />
    ),
  }
}

const showPerson = (query: PersonQuery, rest: Pick<AskingProps, 'answer' | 'errors' | 'status' | 'lead'>) =>
  asking({
    at: personPath,
    query,
    label: 'Người này được làm gì',
    button: 'Xem người này được làm gì',
    fields: (
      <TextInput
        name="tai-khoan"
        label="Tên đăng nhập"
        value={query['tai-khoan']?.trim()}
        error={errorOf(rest.errors ?? [], 'tai-khoan')}
      />
    ),
    ...rest,
  })

export const auditRoutes = [
  route({
    method: 'GET',
    path: auditPath,
    access: auditAccess,
    query: WhoQuery,
    async handle(ctx, { query, request }) {
      const { quyen, 'don-vi': organisation, tai } = query
      if (!tai || !quyen || !organisation)
        return askAgain(
          async () => showWho(ctx, query, { answer: await answerWho(ctx, query, request.url) }),
          (wrong) => showWho(ctx, query, { ...wrong, answer: null }),
        )
      ctx.require(auditAccess, organisation)
      await noteWho(ctx, askedOf(ctx, query, quyen, organisation), query)
      return tableFile('csv', {
        name: 'ai-duoc-lam',
        titles: ['Tên đăng nhập', 'Họ và tên', 'Đơn vị', 'Phạm vi', 'Vì'],
        rows: whoRows(ctx, askedOf(ctx, query, quyen, organisation)),
      })
    },
  }),
  route({
    method: 'GET',
    path: personPath,
    access: auditAccess,
    query: PersonQuery,
    async handle(ctx, { query, request }) {
      const account = query['tai-khoan']?.trim()
      if (!query.tai || !account)
        return askAgain(
          async () => showPerson(query, await answerPerson(ctx, query, request.url)),
          async (wrong) => showPerson(query, { ...wrong, answer: null }),
        )
      const on = readOn(ctx, query)
      const { grounds, person } = await findGrounds(ctx, account, on)
      await notePerson(ctx, person, { on, query })
      const rows = rightsRows(grounds, await namesFor(ctx, grounds), ctx.purposesOf)
      return tableFile('csv', { name: `quyen-cua-${account}`, titles: rightsTitles, rows })
    },
  }),
]
