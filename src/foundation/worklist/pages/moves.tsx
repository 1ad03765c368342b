// The presses of an inbox: claim, release, hand over.
import { z } from 'zod'
import type { Person } from '#identity'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { fragment, page, type Route, redirect, route } from '#platform/http'
import {
  Button,
  EmptyState,
  ErrorSummary,
  Form,
  type FormError,
  formatNumber,
  NavCount,
  Select,
  TextInput,
  withQuery,
} from '#ui'
import {
  claimItems,
  handOverAll,
  handOverItems,
  holderOf,
  holderTopic,
  listOwnIds,
  listReceivers,
  listReceiversOfAll,
  listToHandOver,
  mostAtOnce,
  readPermission,
  releaseItems,
} from '../actions.ts'
import { Ids } from './filter.ts'
import { countOwn } from './read-counts.ts'
import { type Row, readFrame, toRows } from './read-rows.ts'
import { countPath, handOverPath, inboxPath, sayRemaining } from './words.ts'

const Press = z.object({
  viec: z.enum(['nhan', 'tra', 'ban-giao']),
  chon: Ids,
  xem: z.enum(['toi', 'don-vi', 'thay']).optional().catch(undefined),
})

const idsKept = 20
const listed = (items: readonly { id: number }[]): string =>
  items
    .slice(0, idsKept)
    .map(({ id }) => id)
    .join(',')

const pressRoute: Route = route({
  method: 'POST',
  path: `${inboxPath}/xu-ly`,
  access: readPermission,
  body: Press,
  async handle(ctx, { body }) {
    if (body.viec === 'ban-giao') {
      if (body.chon.length === 0) return redirect(handOverPath)
      return redirect(withQuery(handOverPath, { chon: body.chon.join(',') }))
    }
    const { done, held, missing } = await (body.viec === 'nhan' ? claimItems : releaseItems)(ctx, body.chon)
    return redirect(
      withQuery(inboxPath, {
        xem: body.xem,
        xong: body.viec,
        so: done.length,
        viec: listed(done),
        khac: listed(held.map(({ item }) => item)),
        mat: missing || undefined,
      }),
    )
  },
})

/** Of many items, the most pressing. */
const shown = 20

interface Receiver {
  value: string
  label: string
}

const labelOf = ({ name, position }: Person): string => (position ? `${name} – ${position}` : name)

async function readReceivers(ctx: Context, ids: readonly number[]): Promise<{ rows: Row[]; receivers: Receiver[] }> {
  const frame = await readFrame(ctx)
  if (ids.length === 0) {
    const found = await listReceiversOfAll(ctx)
    return {
      rows: toRows(ctx, frame, await listToHandOver(ctx, await listOwnIds(ctx, shown))),
      receivers: found.slice(0, 200).map(({ person, items }) => ({
        value: person.account,
        label: `${labelOf(person)} (làm được ${formatNumber(items)} việc)`,
      })),
    }
  }
  const items = await listToHandOver(ctx, ids)
  const receivers = await listReceivers(ctx, items)
  return {
    rows: toRows(ctx, frame, items),
    receivers: receivers.slice(0, 200).map((person) => ({ value: person.account, label: labelOf(person) })),
  }
}

interface Shown {
  ids: readonly number[]
  typed?: Partial<Record<string, string>>
  errors?: readonly FormError[]
  status?: number
}

async function showHandOver(ctx: Context, { ids, typed = {}, errors = [], status }: Shown) {
  const isAll = ids.length === 0
  const { rows, receivers } = await readReceivers(ctx, ids)
  const { open } = await countOwn(ctx)
  const count = isAll ? open : rows.length
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return page({
    title: isAll ? 'Bàn giao toàn bộ việc' : 'Bàn giao việc',
    crumbs: [{ label: 'Việc của tôi', href: inboxPath }],
    status,
    lead: isAll
      ? 'Dùng trước khi nghỉ dài ngày hoặc chuyển công tác. Việc người nhận không có quyền làm sẽ về phần chưa ai nhận của đơn vị.'
      : undefined,
    body:
      count === 0 ? (
        <EmptyState title="Không có việc nào để bàn giao">
          <p>
            Về <a href={inboxPath}>Việc của tôi</a> và đánh dấu các việc cần bàn giao.
          </p>
        </EmptyState>
      ) : (
        <Form action={handOverPath} label="Bàn giao việc">
          <ErrorSummary errors={errors} title="Chưa bàn giao được" />
          <input type="hidden" name="chon" value={ids.join(',')} />
          <Which rows={rows} count={count} />
          <Select
            name="to"
            label="Người nhận"
            hint={
              receivers.length > 0
                ? 'Chỉ những người có quyền làm các việc này; người ở gần đơn vị của việc đứng trước.'
                : 'Không ai khác có quyền với tất cả các việc này; xin chọn ít việc hơn hoặc trả về đơn vị.'
            }
            empty="Chọn đồng nghiệp"
            value={typed.to}
            options={receivers}
            error={errorOf('to')}
          />
          <TextInput
            name="note"
            label="Lời nhắn cho người nhận"
            value={typed.note}
            maxLength={500}
            optional
            error={errorOf('note')}
          />
          <Button kind="primary">{`Bàn giao ${formatNumber(count)} việc`}</Button>
        </Form>
      ),
  })
}

/** How many and which. */
function Which({ rows, count }: { rows: readonly Row[]; count: number }) {
  return (
    <div class="panel">
      <p>
        <strong>{`${formatNumber(count)} việc được bàn giao`}</strong>
      </p>
      {rows.length > 0 && (
        <ul>
          {rows.slice(0, shown).map(({ id, title, remaining }) => (
            <li key={id}>
              {title} <span class="muted">({sayRemaining(remaining)})</span>
            </li>
          ))}
          {count > shown && <li class="muted">{`và ${formatNumber(count - shown)} việc nữa`}</li>}
        </ul>
      )}
    </div>
  )
}

const HandOverForm = z.object({
  chon: Ids,
  to: z.string().max(63).default(''),
  note: z.string().trim().max(500).default(''),
})

const handOverRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: handOverPath,
    access: readPermission,
    query: z.object({ chon: Ids }),
    handle: (ctx, { query }) => showHandOver(ctx, { ids: query.chon.slice(0, mostAtOnce) }),
  }),
  route({
    method: 'POST',
    path: handOverPath,
    access: readPermission,
    body: HandOverForm,
    async handle(ctx, { body: { chon, to, note } }) {
      const again = (errors: FormError[], status: number) =>
        showHandOver(ctx, { ids: chon, typed: { to, note }, errors, status })
      if (!to) return again([{ field: 'to', message: 'Xin chọn người nhận.' }], 422)
      try {
        const handed =
          chon.length > 0 ? await handOverItems(ctx, chon, { to, note }) : await handOverAll(ctx, { to, note })
        return redirect(
          withQuery(inboxPath, {
            xong: 'ban-giao',
            so: handed.done.length,
            viec: listed(handed.done),
            ve: handed.toPile.length || undefined,
            nguoi: handed.to.account,
          }),
        )
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        return again(
          error.fields.map(({ path, message }) => ({ field: path, message })),
          error.status,
        )
      }
    },
  }),
]

export const navCountId = 'so-viec-o-danh-muc'
export const sayLate = (late: number): string | undefined => (late > 0 ? `${formatNumber(late)} quá hạn` : undefined)

/** The number of the menu alone, for open pages. */
const countRoute: Route = route({
  method: 'GET',
  path: countPath,
  access: readPermission,
  async handle(ctx) {
    const { open, late } = await countOwn(ctx)
    const live = { topics: holderTopic(holderOf(ctx.actor)), href: countPath, label: 'Việc của tôi' }
    return fragment(<NavCount id={navCountId} count={open} note={sayLate(late)} live={live} />)
  },
})

export const moveRoutes: readonly Route[] = [pressRoute, ...handOverRoutes, countRoute]
