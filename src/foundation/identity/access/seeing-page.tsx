// For auditors: who may see this, asked by a code or by the address of a page.
import { z } from 'zod'
import type { Context } from '#platform/context'
import type { GuardedThing, WayIn } from '#platform/guards'
import { type Reply, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { EmptyState, Help, Notice, Section, Table, TextInput, withQuery } from '#ui'
import { noteQuestion, workQuery } from './asked.tsx'
import { auditAccess } from './audit.ts'
import {
  type AskingProps,
  askAgain,
  asking,
  day,
  readOn,
  readPlace,
  seeingPath,
  whoColumns,
  writePlace,
} from './audit-parts.tsx'
import { sayPermission } from './permission-words.ts'
import { type Askable, type Found, findNamed, findSeers } from './seeing.ts'
import { type Names, namesFor, sayUses, sayWhere, sayWhy } from './words.tsx'

const Query = z.object({
  muc: z.string().trim().max(600).optional(),
  ...day,
  ...workQuery,
  /** Which of its ways is read on, and from where. */
  loi: z.coerce.number().int().min(0).max(50).optional(),
  sau: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  tai: z.enum(['csv']).optional(),
})
type Query = z.infer<typeof Query>

const CodeField = ({ query }: { query: Query }) => (
  <TextInput
    name="muc"
    label="Mã hoặc địa chỉ trang"
    hint="Ví dụ mã hồ sơ H32.22366-261122-0001, hoặc dán địa chỉ trang đang mở."
    value={query.muc}
    maxLength={600}
  />
)

function Askables({ askable }: { askable: Askable }) {
  const titles = new Map<string, string | undefined>()
  for (const { title, example } of askable.guards()) titles.set(title, example ?? titles.get(title))
  return (
    <Help title="Hỏi được về những gì">
      <ul>
        {[...titles].map(([title, example]) => (
          <li key={title}>
            {title}
            {example && `, ví dụ ${example}`}
          </li>
        ))}
        <li>Địa chỉ của bất kỳ trang nào trên nền tảng này</li>
      </ul>
    </Help>
  )
}

const anyOf = new Intl.ListFormat('vi', { type: 'disjunction' })

/** "Người có quyền “Xem cảnh báo” tại Sở Y tế hoặc UBND tỉnh" */
function sayWay(ctx: Context, { permission, organisations, besides, parties }: WayIn, names: Names): string {
  const right = `có quyền “${sayPermission(permission)}”`
  const who = parties ? `${parties.words}, ${right}` : `Người ${right}`
  if (isCitizens(ctx, permission)) return who
  const where = organisations
    ? `tại ${anyOf.format(organisations.map((code) => names.place(code)))}`
    : 'ở bất kỳ đơn vị nào'
  const also = besides ? ` và quyền “${sayPermission(besides)}”` : ''
  const uses = sayUses(ctx.purposesOf(permission))
  return `${who} ${where}${also}${uses ? `, ${uses}` : ''}`
}

/** No officer holds it: it comes with an account of VNeID. */
const isCitizens = (ctx: Context, permission: string): boolean =>
  ctx.rolesWith(permission).every((role) => role === 'citizen')

const emptyOf = (ctx: Context, permission: string) =>
  isCitizens(ctx, permission)
    ? {
        title: 'Không phải cán bộ',
        words: 'Người dân xem bằng tài khoản VNeID của mình, nên không có trong danh sách cán bộ.',
      }
    : { title: 'Không có cán bộ nào', words: 'Không tài khoản cán bộ nào xem được theo lối này vào ngày đã chọn.' }

interface Asking {
  ctx: Context
  query: Query
  address: string
  on: string
}

async function Seers({ ctx, query, address, on }: Asking, way: WayIn, place: number) {
  const after = query.loi === place ? readPlace(query.sau) : undefined
  const found = await findSeers(ctx, way, { on, after, limit: query.limit + 1 })
  const rows = found.slice(0, query.limit)
  const last = rows.at(-1)
  const names = await namesFor(
    ctx,
    rows.flatMap(({ grounds }) => grounds),
  )
  return (
    <Table
      key={place}
      caption={sayWay(ctx, way, names)}
      rows={rows}
      rowKey={({ account }) => account}
      columns={whoColumns(query, names, 'Được xem vì')}
      paging={{
        nextHref:
          found.length > query.limit && last
            ? withQuery(address, { loi: String(place), sau: writePlace(last) })
            : undefined,
        size: query.limit,
        sizes: [20, 50, 100],
      }}
      empty={emptyOf(ctx, way.permission)}
    />
  )
}

async function Thing(asking: Asking, thing: GuardedThing, first: number) {
  const { ways } = thing
  return (
    <Section title={thing.name} key={thing.subject}>
      {ways.length === 0 ? (
        <Notice tone="info">Nội dung này công khai: ai cũng xem được, không cần đăng nhập.</Notice>
      ) : (
        await Promise.all(ways.map((way, index) => Seers(asking, way, first + index)))
      )}
    </Section>
  )
}

async function Answer(asking: Asking, { things, page }: Found) {
  if (page) return PageAnswer(asking, page)
  if (things.length === 0)
    return (
      <EmptyState title="Không tìm thấy">
        Không có nội dung nào mang mã hoặc địa chỉ này, hoặc nội dung thuộc đơn vị ngoài phạm vi kiểm tra của ông/bà.
      </EmptyState>
    )
  const starts = things.map((_, index) => things.slice(0, index).reduce((sum, { ways }) => sum + ways.length, 0))
  return <>{await Promise.all(things.map((thing, index) => Thing(asking, thing, starts[index] ?? 0)))}</>
}

async function PageAnswer(asking: Asking, { path, access }: NonNullable<Found['page']>) {
  return (
    <Section title={`Trang ${path}`}>
      {access === 'public' || access === 'signed-in' ? (
        <Notice tone="info">
          {access === 'public'
            ? 'Trang này công khai: ai cũng mở được, không cần đăng nhập.'
            : 'Mọi người đã đăng nhập đều mở được trang này; mỗi người chỉ thấy phần của mình.'}
        </Notice>
      ) : (
        <>
          <p>Trang này gồm nhiều nội dung: mỗi người chỉ thấy phần thuộc các đơn vị mình được giao.</p>
          {await Seers(asking, { permission: access }, 0)}
        </>
      )}
    </Section>
  )
}

async function note({ ctx, query, on }: Asking, { things, page }: Found): Promise<void> {
  const facts = { question: 'who-sees' as const, on, ...(query.tai ? { taken: query.tai } : {}) }
  for (const { subject, organisation } of things)
    await noteQuestion(ctx, { subject, organisation, facts, work: query.viec })
  if (page)
    await noteQuestion(ctx, {
      subject: `page:${page.path}`,
      organisation: ctx.actor.organisation ?? 'none',
      facts,
      work: query.viec,
    })
}

async function* seerRows({ ctx, on }: Asking, { things, page }: Found) {
  const ways = page
    ? page.access.includes(':')
      ? [{ name: `Trang ${page.path}`, way: { permission: page.access } as WayIn }]
      : []
    : things.flatMap(({ name, ways }) => ways.map((way) => ({ name, way })))
  for (const { name, way } of ways)
    for (let after: { name: string; account: string } | undefined, size = 500; size === 500; ) {
      const piece = await findSeers(ctx, way, { on, after, limit: 500 })
      const names = await namesFor(
        ctx,
        piece.flatMap(({ grounds }) => grounds),
      )
      for (const { account, name: person, organisation, grounds } of piece)
        for (const ground of grounds)
          yield [
            ...[name, sayWay(ctx, way, names), account, person],
            ...[names.place(organisation), sayWhere(ground, names), sayWhy(ground, names)],
          ]
      after = piece.at(-1)
      size = piece.length
    }
}

const titles = ['Nội dung', 'Ai xem được', 'Tên đăng nhập', 'Họ và tên', 'Đơn vị', 'Phạm vi', 'Vì']

const showSeeing = (askable: Askable, query: Query, rest: Pick<AskingProps, 'answer' | 'errors' | 'status'>) =>
  asking({
    at: seeingPath,
    lead: 'Nêu một hồ sơ, bản ghi, nhiệm vụ, cảnh báo, tệp, số liệu hoặc một trang: ai xem được, và vì sao.',
    query,
    label: 'Ai xem được nội dung này',
    button: 'Xem ai xem được',
    fields: <CodeField query={query} />,
    help: <Askables askable={askable} />,
    ...rest,
  })

async function answerSeeing(askable: Askable, asked: Asking) {
  const { ctx, query, address } = asked
  const found = query.muc ? await findNamed(ctx, askable, query.muc) : undefined
  if (!found)
    return (
      <EmptyState title="Chưa nêu nội dung">
        Nhập mã hoặc dán địa chỉ trang, rồi bấm “Xem ai xem được” để biết những ai xem được và vì sao.
      </EmptyState>
    )
  await note(asked, found)
  const isListed = found.things.some(({ ways }) => ways.length > 0) || found.page?.access.includes(':')
  return (
    <>
      {await Answer(asked, found)}
      {isListed && (
        <p>
          <a href={withQuery(address, { tai: 'csv', loi: undefined, sau: undefined })}>Tải danh sách đầy đủ (CSV)</a>
        </p>
      )}
    </>
  )
}

async function takeSeeing(askable: Askable, asked: Asking, muc: string) {
  const found = await findNamed(asked.ctx, askable, muc)
  await note(asked, found)
  return tableFile('csv', { name: 'ai-xem-duoc', titles, rows: seerRows(asked, found) })
}

export const makeSeeingRoutes = (askable: Askable) => [
  route({
    method: 'GET',
    path: seeingPath,
    access: auditAccess,
    query: Query,
    handle(ctx, { query, request }): Reply | Promise<Reply> {
      const asked = () => ({ ctx, query, address: request.url, on: readOn(ctx, query) })
      if (query.muc && query.tai) return takeSeeing(askable, asked(), query.muc)
      return askAgain(
        async () => showSeeing(askable, query, { answer: await answerSeeing(askable, asked()) }),
        async (wrong) => showSeeing(askable, query, { ...wrong, answer: null }),
      )
    },
  }),
]
