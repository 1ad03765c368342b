// One position: what it is, who has held it, and what was recorded of it when.
import { z } from 'zod'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  type Column,
  DateText,
  DescriptionList,
  formatDate,
  Notice,
  Section,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { knownThen, readAsOf } from '../as-of.ts'
import { listPath, pathOf } from '../pages/words.ts'
import { findOrganisation, getOrganisation, today } from '../tree/read.ts'
import { managePositions } from './actions.ts'
import { holdsOn, positionCode, type Span } from './model.ts'
import { type KnownHolding, type KnownPosition, listHoldingVersions, listPositionVersions } from './store.ts'
import { officesPath, positionPath, positionWorks, rankWords } from './words.ts'

const Params = z.strictObject({ code: z.string().max(35), key: z.string().max(20) })

const outcomes: Record<string, string> = {
  them: 'Đã thêm chức danh.',
  sua: 'Đã sửa chức danh từ ngày đã chọn; thông tin trước đó vẫn xem lại được.',
  'bai-bo': 'Đã bãi bỏ chức danh từ ngày đã chọn.',
  'bo-nhiem': 'Đã ghi người giữ chức danh.',
  'thoi-giu': 'Đã ghi thôi giữ chức danh.',
}

export const positionRoute: Route = route({
  method: 'GET',
  path: `${listPath}/:code/chuc-danh/:key`,
  access: 'signed-in',
  params: Params,
  query: z.object({ xong: z.string().max(20).optional(), tai: z.string().max(30).optional() }),
  async handle(ctx, { params, query }) {
    const past = await readAsOf(ctx, query.tai)
    const now = past?.asOf ?? (await today(ctx))
    const organisation =
      (past && (await findOrganisation(ctx.sql, params.code, past))) ?? (await getOrganisation(ctx.sql, params.code))
    const code = positionCode(organisation.code, params.key)
    const all = await listPositionVersions(ctx.sql, code)
    const known = knownThen(all, past)
    // One that nobody knew of then says so by its present form.
    const versions = known.length > 0 ? known : all
    const present = versions.filter(({ recordedTo }) => recordedTo === null)
    const shown = present.find((row) => holdsOn(row, now)) ?? present[0] ?? versions[0]
    if (!shown) throw notFound('position', code)
    const holdings = knownThen(await listHoldingVersions(ctx.sql, code), past)
    const may = !past && ctx.can(managePositions, organisation.code)
    const outcome = query.xong && outcomes[query.xong]
    const then = (address: string) => withQuery(address, { tai: past?.text })
    return page({
      title: shown.title,
      crumbs: [
        { label: 'Đơn vị', href: then(listPath) },
        { label: organisation.shortName ?? organisation.name, href: then(pathOf(organisation.code)) },
        { label: 'Chức danh', href: then(officesPath(organisation.code)) },
      ],
      lead: `${rankWords[shown.rank]} · ${organisation.name} · ${code}`,
      actions: may && <Works code={code} />,
      body: (
        <div class="stack">
          <AsOfNotice at={past} what="chức danh" />
          {known.length === 0 && <Notice tone="warning" title="Khi đó hệ thống chưa ghi nhận chức danh này" />}
          {outcome && (
            <Notice tone="done" role="status">
              {outcome}
            </Notice>
          )}
          <DescriptionList
            items={[
              { term: 'Số người giữ cùng lúc', value: shown.seats === null ? 'không giới hạn' : String(shown.seats) },
              ...(shown.collective ? [{ term: 'Ký thay mặt (TM.)', value: shown.collective }] : []),
              { term: 'Hiệu lực', value: <Validity span={shown} /> },
              { term: 'Văn bản', value: shown.decision },
              ...(shown.unverified
                ? [{ term: 'Đối chiếu', value: <Tag tone="warning">Chưa đối chiếu văn bản</Tag> }]
                : []),
            ]}
          />
          <Holdings rows={holdings} now={now} code={code} may={may} />
          <Versions rows={versions} />
          <AsOfQuestion at={past} what="chức danh" />
        </div>
      ),
    })
  },
})

function Works({ code }: { code: string }) {
  const own = positionPath(code)
  return (
    <div class="row">
      <Button href={`${own}/bo-nhiem`} small>
        Ghi người giữ chức danh
      </Button>
      <Button href={`${own}/sua`} small>
        {positionWorks.sua}
      </Button>
      <Button href={`${own}/bai-bo`} kind="danger" small>
        {positionWorks['bai-bo']}
      </Button>
    </div>
  )
}

function Validity({ span: { validFrom, validTo } }: { span: Span }) {
  return (
    <span>
      {validFrom ? (
        <>
          từ <DateText on={validFrom} />
        </>
      ) : (
        'từ khi có đơn vị'
      )}
      {validTo && ` đến hết ${formatDate(validTo)}`}
    </span>
  )
}

const stateColumn = <T extends { recordedTo: Date | null; origin: string; recordedBy: string }>(): Column<T> => ({
  key: 'state',
  title: 'Ghi nhận',
  cell: ({ recordedTo, origin, recordedBy }) =>
    recordedTo ? (
      <span>
        đã được thay <Time at={recordedTo} exact />
      </span>
    ) : origin === 'pack' ? (
      'theo gói dữ liệu'
    ) : (
      `do ${recordedBy} nhập`
    ),
})

interface HoldingsProps {
  rows: readonly KnownHolding[]
  now: string
  code: string
  may: boolean
}

function Holdings({ rows, now, code, may }: HoldingsProps) {
  const isOpen = (row: KnownHolding) => row.recordedTo === null && (row.validTo ?? '9999-12-31') >= now
  const end: Column<KnownHolding> = {
    key: 'end',
    title: 'Thôi giữ',
    phone: true,
    cell: (row) =>
      isOpen(row) ? (
        <Button
          href={`${positionPath(code)}/thoi-giu/${encodeURIComponent(row.account)}`}
          small
          label={`Ghi ${row.personName} thôi giữ chức danh`}
        >
          Thôi giữ
        </Button>
      ) : (
        <span class="muted">đã thôi</span>
      ),
  }
  return (
    <Section title="Người giữ chức danh">
      <Table
        caption="Người giữ chức danh qua các thời kỳ, kể cả thông tin đã được thay"
        hideCaption
        plain
        rows={rows}
        rowKey={({ id }) => String(id)}
        columns={[
          {
            key: 'person',
            title: 'Người giữ',
            cell: (row) => (
              <>
                {row.personName} {row.acting && <Tag tone="info">Quyền</Tag>}
              </>
            ),
          },
          { key: 'account', title: 'Tài khoản', kind: 'nowrap', cell: ({ account }) => account },
          { key: 'valid', title: 'Thời gian', cell: (row) => <Validity span={row} />, phone: true },
          { key: 'decision', title: 'Văn bản', cell: ({ decision }) => decision ?? 'chưa có' },
          stateColumn<KnownHolding>(),
          ...(may ? [end] : []),
        ]}
        empty={{ title: 'Chưa có người giữ chức danh này', words: 'Ghi người giữ theo quyết định bổ nhiệm.' }}
      />
    </Section>
  )
}

function Versions({ rows }: { rows: readonly KnownPosition[] }) {
  return (
    <Section title="Quá trình">
      <Table
        caption="Chức danh qua các thời kỳ, kể cả thông tin đã được thay"
        hideCaption
        plain
        rows={rows}
        rowKey={({ id }) => String(id)}
        columns={[
          { key: 'title', title: 'Tên', cell: ({ title }) => title },
          { key: 'rank', title: 'Vị trí', cell: ({ rank }) => rankWords[rank] },
          { key: 'seats', title: 'Số người', cell: ({ seats }) => (seats === null ? 'không giới hạn' : String(seats)) },
          { key: 'valid', title: 'Hiệu lực', cell: (row) => <Validity span={row} />, phone: true },
          { key: 'decision', title: 'Văn bản', cell: ({ decision }) => decision ?? 'chưa có' },
          stateColumn<KnownPosition>(),
        ]}
      />
    </Section>
  )
}
