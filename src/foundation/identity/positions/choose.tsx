// Under which of his positions a person acts in this session.
import { z } from 'zod'
import { listOwnSigning, type OwnSigning, PositionCode, type Seat, sayPosition, seatsOn } from '#organisations'
import type { Context } from '#platform/context'
import { page, redirect, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { Button, EmptyState, Form, formatDate, Notice, Section, Tag } from '#ui'
import { ownPerson } from '../actions/accounts.ts'
import { sessionCookie } from '../assurance/sessions.ts'
import { sayRoles } from '../pages/role-words.ts'
import { listRoles } from '../store.ts'
import { choosePosition } from './actions.ts'

const path = '/chuc-danh'

interface SeatProps {
  seat: Seat
  current: string | undefined
  /** Bound to this position. */
  bound: readonly string[]
}

function SeatItem({ seat, current, bound }: SeatProps) {
  return (
    <li class="panel row-spread">
      <div>
        <strong>{sayPosition(seat)}</strong>
        <p class="muted">
          {[
            seat.position,
            bound.length > 0 ? `vai trò riêng: ${bound.join('; ')}` : 'không có vai trò riêng',
            ...(seat.validTo ? [`đến hết ${formatDate(seat.validTo)}`] : []),
          ].join(' · ')}
        </p>
      </div>
      {seat.position === current ? (
        <Tag tone="info">Đang dùng</Tag>
      ) : (
        <Form action={path} class="row">
          <input type="hidden" name="position" value={seat.position} />
          <Button label={`Làm việc với tư cách này: ${sayPosition(seat)}`}>Làm việc với tư cách này</Button>
        </Form>
      )}
    </li>
  )
}

function Signing({ rows }: { rows: readonly OwnSigning[] }) {
  return (
    <Section title="Với chức danh này tôi được ký">
      {rows.length > 0 ? (
        <ul>
          {rows.map(({ words, kinds, document, validTo }) => (
            <li key={`${words}${document}`}>
              {[
                `${words}: ${kinds.toLocaleLowerCase('vi')}`,
                ...(document ? [document] : []),
                ...(validTo ? [`đến hết ${formatDate(validTo)}`] : []),
              ].join('; ')}
            </li>
          ))}
        </ul>
      ) : (
        <p>Không có văn bản nào.</p>
      )}
      <p>
        <a href="/quan-tri/tham-quyen-ky">Thẩm quyền ký của mọi đơn vị</a>
      </p>
    </Section>
  )
}

async function show(ctx: Context, changed: boolean) {
  const account = ownPerson(ctx)
  const today = dayOf(ctx.now)
  const seats = await seatsOn(ctx.sql, [account], today)
  const roles = await listRoles(ctx.sql, account, today)
  const rolesAt = (wanted: string | null) =>
    sayRoles(
      ctx,
      roles.filter(({ position }) => position === wanted),
    )
  const always = await rolesAt(null)
  const held = await Promise.all(seats.map(async (seat) => ({ seat, bound: await rolesAt(seat.position) })))
  const { position } = ctx.actor
  return page({
    title: 'Chức danh đang dùng',
    lead: 'Mỗi phiên làm việc với tư cách một chức danh. Nhật ký ghi chức danh ở từng việc; đổi chức danh không cần mật khẩu.',
    body: (
      <div class="stack">
        {changed && position && (
          <Notice tone="done" role="status">
            {`Từ bây giờ ông/bà làm việc với tư cách ${position.title}.`}
          </Notice>
        )}
        {seats.length > 0 ? (
          <ul class="plain-list stack">
            {held.map(({ seat, bound }) => (
              <SeatItem key={seat.position} seat={seat} current={position?.code} bound={bound} />
            ))}
          </ul>
        ) : (
          <EmptyState title="Ông/bà chưa giữ chức danh nào">
            Quản trị viên của đơn vị ghi người giữ chức danh theo quyết định bổ nhiệm.
          </EmptyState>
        )}
        <Signing rows={await listOwnSigning(ctx)} />
        <Section title="Vai trò có ở mọi chức danh">
          <p>{always.length > 0 ? always.join('; ') : 'Không có.'}</p>
        </Section>
      </div>
    ),
  })
}

export const choosePositionRoutes = [
  route({
    method: 'GET',
    path,
    access: 'signed-in',
    query: z.object({ xong: z.string().max(10).optional() }),
    handle: (ctx, { query }) => show(ctx, query.xong !== undefined),
  }),
  route({
    method: 'POST',
    path,
    access: 'signed-in',
    body: z.object({ position: PositionCode }),
    async handle(ctx, { body, request }) {
      await choosePosition(ctx, body.position, request.cookies[sessionCookie])
      return redirect(`${path}?xong=1`)
    },
  }),
]
