// The chart of an organisation on a day: its positions with who holds them, and the heads of the units directly below.
import { z } from 'zod'
import { page, type Route, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DateInput,
  FilterBar,
  formatDate,
  readDateInput,
  Section,
  Table,
  Tag,
  withQuery,
} from '#ui'
import { readAsOf } from '../as-of.ts'
import { listPath, pathOf } from '../pages/words.ts'
import type { Organisation } from '../store.ts'
import { findOrganisation, getOrganisation, organisationTree, today } from '../tree/read.ts'
import { managePositions } from './actions.ts'
import { listOffices, type Office } from './read.ts'
import { listHoldings, listPositions } from './store.ts'
import { officesPath, positionPath, rankWords } from './words.ts'

const Query = z.object({
  xong: z.string().max(20).optional(),
  'ngay-day': z.string().max(2).optional(),
  'ngay-month': z.string().max(2).optional(),
  'ngay-year': z.string().max(4).optional(),
  tai: z.string().max(30).optional(),
})

export const chartRoute: Route = route({
  method: 'GET',
  path: `${listPath}/:code/chuc-danh`,
  access: 'signed-in',
  params: z.strictObject({ code: z.string().max(35) }),
  query: Query,
  async handle(ctx, { params, query }) {
    const now = await today(ctx)
    const given = readDateInput(query, 'ngay')
    const past = await readAsOf(ctx, query.tai)
    const asOf = given === undefined || given === 'invalid' ? (past?.asOf ?? now) : given
    const at = { ...past, asOf }
    const organisation =
      (await findOrganisation(ctx.sql, params.code, at)) ?? (await getOrganisation(ctx.sql, params.code))
    const then = (address: string) => withQuery(address, { tai: past?.text })
    const { code } = organisation
    const offices = await listOffices(ctx.sql, code, at)
    const tree = await organisationTree(ctx.sql, at)
    const children = tree.nodes.filter((node) => node.row.parent === code).map((node) => node.row)
    const below = children.map((row) => row.code)
    const heads = (await listPositions(ctx.sql, below, at)).filter(({ rank }) => rank === 'head')
    const held = await listHoldings(
      ctx.sql,
      heads.map((head) => head.code),
      at,
    )
    const units = children.map((row): Unit => {
      const position = heads.find((head) => head.organisation === row.code)
      return { row, head: position && { position, holders: held.filter((one) => one.position === position.code) } }
    })
    return page({
      title: `Chức danh: ${organisation.shortName ?? organisation.name}`,
      crumbs: [
        { label: 'Đơn vị', href: then(listPath) },
        { label: organisation.shortName ?? organisation.name, href: then(pathOf(code)) },
      ],
      lead: `Ai giữ chức danh nào vào ngày ${formatDate(asOf)}.`,
      actions: ctx.can(managePositions, code) && !past && (
        <Button href={`${officesPath(code)}/them`} icon="add">
          Thêm chức danh
        </Button>
      ),
      body: (
        <div class="stack-large">
          <AsOfNotice at={past} what="chức danh" />
          <FilterBar
            names={['ngay-day', 'ngay-month', 'ngay-year', 'xong']}
            active={asOf === (past?.asOf ?? now) ? [] : [{ name: 'ngay-year', label: `Ngày ${formatDate(asOf)}` }]}
            submit="Xem"
          >
            <DateInput
              name="ngay"
              label="Vào ngày"
              value={{ day: query['ngay-day'], month: query['ngay-month'], year: query['ngay-year'] }}
              error={given === 'invalid' ? 'Ngày phải có đủ ngày, tháng, năm, ví dụ 30/06/2026.' : undefined}
            />
          </FilterBar>
          <Offices offices={offices} then={then} />
          {units.length > 0 && <Units units={units} then={then} />}
          <AsOfQuestion at={past} what="chức danh" />
        </div>
      ),
    })
  },
})

function Holders({ office }: { office: Office }) {
  if (office.holders.length === 0) return <span class="muted">chưa có người giữ</span>
  return (
    <ul class="plain-list">
      {office.holders.map((holder) => (
        <li key={holder.account}>
          {holder.personName} {holder.acting && <Tag tone="info">Quyền</Tag>}{' '}
          <span class="muted small">
            {holder.validFrom ? `từ ${formatDate(holder.validFrom)}` : ''}
            {holder.validTo ? ` đến hết ${formatDate(holder.validTo)}` : ''}
          </span>
        </li>
      ))}
    </ul>
  )
}

type Then = (address: string) => string

function Offices({ offices, then }: { offices: readonly Office[]; then: Then }) {
  return (
    <Section title="Chức danh của đơn vị">
      <Table
        caption="Chức danh của đơn vị"
        hideCaption
        rows={offices}
        rowKey={({ position }) => position.code}
        rowHref={({ position }) => then(positionPath(position.code))}
        columns={[
          { key: 'title', title: 'Chức danh', cell: ({ position }) => position.title },
          { key: 'holders', title: 'Người giữ', cell: (office) => <Holders office={office} />, phone: true },
          { key: 'rank', title: 'Vị trí', cell: ({ position }) => rankWords[position.rank] },
          {
            key: 'seats',
            title: 'Số người',
            kind: 'number',
            cell: ({ position, holders }) =>
              position.seats === null ? `${holders.length}` : `${holders.length}/${position.seats}`,
          },
          { key: 'code', title: 'Ký hiệu', kind: 'nowrap', cell: ({ position }) => position.code, phone: true },
        ]}
        empty={{
          title: 'Đơn vị chưa khai báo chức danh nào vào ngày này',
          words: 'Quản trị viên của đơn vị thêm chức danh theo văn bản tổ chức bộ máy.',
        }}
      />
    </Section>
  )
}

interface Unit {
  row: Organisation
  head: Office | undefined
}

function Units({ units, then }: { units: readonly Unit[]; then: Then }) {
  return (
    <Section title="Người đứng đầu các đơn vị trực thuộc">
      <Table
        caption="Người đứng đầu các đơn vị trực thuộc"
        hideCaption
        plain
        rows={units}
        rowKey={({ row }) => row.code}
        rowHref={({ row }) => then(officesPath(row.code))}
        columns={[
          { key: 'unit', title: 'Đơn vị', cell: ({ row }) => row.name },
          {
            key: 'title',
            title: 'Chức danh',
            cell: ({ head }) => head?.position.title ?? 'chưa khai báo',
            phone: true,
          },
          {
            key: 'holder',
            title: 'Người giữ',
            cell: ({ head }) => (head ? <Holders office={head} /> : <span class="muted">chưa khai báo</span>),
            phone: true,
          },
        ]}
      />
    </Section>
  )
}
