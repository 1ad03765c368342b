import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, redirect, route } from '#platform/http'
import { Button, DescriptionList, Form, formatDate, Notice, Section, Table, Tag, Time } from '#ui'
import { revokeSession } from '../actions/accounts.ts'
import { hashToken } from '../actions/secrets.ts'
import { sessionCookie } from '../assurance/sessions.ts'
import { nameDevice } from '../pages/session-table.tsx'
import { type ListedSession, listSessions } from '../session-store.ts'
import { vneidHref } from '../vneid/paths.ts'
import { maskNumber, ownPermission, sexNames } from './model.ts'
import { getOwnPerson, openNumber } from './own.ts'
import { citizenHome, whoLookedPath } from './paths.ts'
import type { Person } from './store.ts'

interface HomeProps {
  person: Person
  number: string | undefined
  level: string | undefined
  represents: { identifier: string; name: string } | undefined
  sessions: readonly ListedSession[]
}

function Home({ person, number, level, represents, sessions }: HomeProps) {
  const isHigh = level === 'vneid:2'
  return (
    <div class="stack-large">
      <DescriptionList
        items={[
          { term: 'Họ và tên', value: person.name },
          { term: 'Ngày sinh', value: person.birthDate ? formatDate(person.birthDate) : 'VNeID chưa cho biết' },
          { term: 'Giới tính', value: person.sex ? sexNames[person.sex] : 'VNeID chưa cho biết' },
          {
            term: 'Số định danh cá nhân',
            value: number ? (
              <span class="code">{maskNumber(number)}</span>
            ) : (
              'Tài khoản VNeID này chưa xác thực số định danh'
            ),
          },
          ...(represents
            ? [{ term: 'Đăng nhập cho tổ chức', value: `${represents.name} (mã định danh ${represents.identifier})` }]
            : []),
        ]}
      />
      <Section title="Mức xác thực">
        <p>
          <Tag tone={isHigh ? 'done' : 'info'}>{isHigh ? 'VNeID mức 2' : 'VNeID mức 1'}</Tag>
        </p>
        <p>
          {isHigh
            ? 'Ông/bà mở được mọi trang dành cho người dân.'
            : 'Mức 1 đủ để xem trang này. Trang “Ai đã xem dữ liệu của tôi” cần mức 2.'}
        </p>
        {!isHigh && (
          <p>
            <Button href={vneidHref(citizenHome, 'vneid:2')}>Nâng lên mức 2 tại VNeID</Button>
          </p>
        )}
      </Section>
      <Section title="Dữ liệu của tôi">
        <p>Mỗi lần cán bộ tra cứu ông/bà đều được ghi lại: ai, lúc nào, để làm gì, căn cứ nào.</p>
        <p>
          <Button kind="primary" href={whoLookedPath}>
            Ai đã xem dữ liệu của tôi
          </Button>
        </p>
      </Section>
      <Section title="Phiên đăng nhập và thiết bị">
        <Sessions sessions={sessions} />
      </Section>
    </div>
  )
}

function Sessions({ sessions }: { sessions: readonly ListedSession[] }) {
  return (
    <Table
      caption="Các phiên đang mở"
      hideCaption
      rows={sessions}
      rowKey={({ id }) => id}
      columns={[
        { key: 'device', title: 'Thiết bị', cell: ({ userAgent }) => nameDevice(userAgent) },
        { key: 'seen', title: 'Dùng lần cuối', cell: ({ seenAt }) => <Time at={seenAt} />, phone: true },
        { key: 'created', title: 'Đăng nhập lúc', cell: ({ createdAt }) => <Time at={createdAt} exact />, phone: true },
        {
          key: 'end',
          title: 'Kết thúc',
          phone: true,
          cell: ({ id, own }) =>
            own ? (
              <Tag tone="info">Phiên này</Tag>
            ) : (
              <Form action={`${citizenHome}/phien`} class="row">
                <input type="hidden" name="id" value={id} />
                <Button small>Kết thúc</Button>
              </Form>
            ),
        },
      ]}
    />
  )
}

async function showHome(ctx: Context, token: string | undefined, outcome: string | undefined) {
  const person = await getOwnPerson(ctx)
  const sessions = await listSessions(ctx.sql, ctx.actor.account ?? '', ctx.now, token ? hashToken(token) : undefined)
  return page({
    title: 'Trang của tôi',
    face: 'citizen',
    body: (
      <>
        {outcome === 'phien' && (
          <Notice tone="done" role="status">
            Đã kết thúc phiên trên thiết bị đó.
          </Notice>
        )}
        <Home
          person={person}
          number={await openNumber(ctx, person)}
          level={ctx.actor.assurance}
          represents={ctx.actor.citizen?.represents}
          sessions={sessions}
        />
      </>
    ),
  })
}

export const ownPageRoutes = [
  route({
    method: 'GET',
    path: citizenHome,
    access: ownPermission,
    query: z.object({ xong: z.enum(['phien']).optional().catch(undefined) }),
    handle: (ctx, { query, request }) => showHome(ctx, request.cookies[sessionCookie], query.xong),
  }),
  route({
    method: 'POST',
    path: `${citizenHome}/phien`,
    access: ownPermission,
    body: z.object({ id: z.uuid() }),
    async handle(ctx, { body }) {
      await revokeSession(ctx, body.id)
      return redirect(`${citizenHome}?xong=phien`)
    },
  }),
]
