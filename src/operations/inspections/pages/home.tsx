import { Readable } from 'node:stream'
import { z } from 'zod'
import { listDefinitions, searchIndicators } from '#indicators'
import { findOrganisation } from '#organisations'
import type { Context, InspectionRight } from '#platform/context'
import { file, page, type Route, route } from '#platform/http'
import {
  Button,
  DateText,
  DescriptionList,
  EmptyState,
  FilterBar,
  Form,
  formatNumber,
  Section,
  Table,
  TextInput,
  Time,
} from '#ui'
import { listOpened, type OpenedNumber } from '../actions.ts'
import { takeEvidence } from '../bundle.ts'
import { inspect, requireInspection } from '../right.ts'
import { evidencePath, homePath, indicatorPath, ledgerPath, numberPath, showPeriod } from './words.ts'

const indicatorsShown = 50

export const homeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: homePath,
    access: inspect,
    query: z.object({ q: z.string().trim().max(200).optional() }),
    handle: (ctx, { query }) => (ctx.actor.inspection ? showHome(ctx, query.q) : showNothing()),
  }),
  route({
    method: 'POST',
    path: evidencePath,
    access: inspect,
    body: z.object({ so: z.coerce.number().int().positive().optional() }),
    async handle(ctx, { body }) {
      requireInspection(ctx)
      const facts = body.so === undefined ? (await listOpened(ctx)).map(({ fact }) => fact) : [body.so]
      const bytes = await takeEvidence(ctx, facts)
      return file('ho-so-bang-chung.zip', 'application/zip', Readable.from(bytes, { objectMode: false }))
    },
  }),
]

const showNothing = () =>
  page({
    title: 'Thanh tra, kiểm tra',
    body: (
      <EmptyState title="Chưa có quyết định nào đang hiệu lực">
        Quyền xem được mở theo số và ngày của quyết định, sau khi một người thứ hai duyệt, và tự hết khi hết hạn.
      </EmptyState>
    ),
  })

async function showHome(ctx: Context, words: string | undefined) {
  const right = requireInspection(ctx)
  const found = words ? await searchIndicators(ctx, words, indicatorsShown) : await listDefinitions(ctx.sql)
  const inScope = found.filter(({ code }) => right.subjects.length === 0 || right.subjects.includes(code))
  const names = new Map((await listDefinitions(ctx.sql)).map(({ code, body }) => [code, body.name]))
  const opened = await listOpened(ctx)
  const codes = [...new Set([...right.organisations, ...opened.map(({ organisation }) => organisation)])]
  const agencies = new Map(
    await Promise.all(
      codes.map(async (code) => [code, (await findOrganisation(ctx.sql, code))?.name ?? code] as const),
    ),
  )
  return page({
    title: 'Thanh tra, kiểm tra',
    lead: 'Mở lại bất kỳ con số nào như đã được hiển thị, cùng người duyệt, cách tính và bản ghi phía sau. Mọi lượt mở đều được ghi vào nhật ký.',
    actions: <Button href={ledgerPath}>Nhật ký của các đơn vị</Button>,
    body: (
      <div class="stack-large">
        <Decision right={right} agencies={right.organisations.map((code) => agencies.get(code) ?? code)} />
        <Opened opened={opened} names={names} agencies={agencies} />
        <Section title="Tìm con số">
          <FilterBar names={['q']} active={words ? [{ name: 'q', label: `Tìm: ${words}` }] : []} submit="Tìm">
            <TextInput name="q" type="search" label="Tên hoặc mã chỉ tiêu" value={words} optional />
          </FilterBar>
          <Table
            caption={`Chỉ tiêu trong phạm vi quyết định${inScope.length > indicatorsShown ? ` (${indicatorsShown} đầu tiên trong ${formatNumber(inScope.length)}; xin tìm theo tên)` : ''}`}
            rows={inScope.slice(0, indicatorsShown)}
            rowKey={({ code }) => code}
            rowHref={({ code }) => indicatorPath(code)}
            columns={[
              { key: 'name', title: 'Chỉ tiêu', cell: ({ body }) => body.name },
              { key: 'group', title: 'Nhóm', phone: true, cell: ({ body }) => body.group },
              { key: 'unit', title: 'Đơn vị tính', cell: ({ body }) => body.unit },
              { key: 'code', title: 'Mã', phone: true, cell: ({ code }) => <span class="code">{code}</span> },
            ]}
            empty={{ title: 'Không có chỉ tiêu nào khớp', words: 'Bỏ bớt từ tìm kiếm, hoặc tìm theo mã.' }}
          />
        </Section>
      </div>
    ),
  })
}

function Decision({ right, agencies }: { right: InspectionRight; agencies: readonly string[] }) {
  return (
    <DescriptionList
      items={[
        {
          term: 'Quyết định',
          value: (
            <>
              số {right.decisionNumber} ngày <DateText on={right.decidedOn} />, {right.issuedBy}
            </>
          ),
        },
        { term: 'Nội dung', value: right.about },
        { term: 'Đơn vị được thanh tra', value: agencies.join('; ') },
        {
          term: 'Thời kỳ được thanh tra',
          value: (
            <>
              <DateText on={right.periodFrom} /> – <DateText on={right.periodTo} />
            </>
          ),
        },
        { term: 'Xem được đến hết', value: <DateText on={right.validTo} /> },
      ]}
    />
  )
}

interface OpenedProps {
  opened: readonly OpenedNumber[]
  names: ReadonlyMap<string, string>
  agencies: ReadonlyMap<string, string>
}

function Opened({ opened, names, agencies }: OpenedProps) {
  return (
    <Section title="Con số đã mở lại">
      <Table
        caption="Con số đã mở lại, mới nhất trước"
        hideCaption
        rows={opened}
        rowKey={({ fact }) => String(fact)}
        rowHref={({ fact }) => numberPath(fact)}
        columns={[
          { key: 'name', title: 'Chỉ tiêu', cell: ({ indicator }) => names.get(indicator) ?? indicator },
          { key: 'period', title: 'Kỳ', phone: true, cell: ({ period }) => showPeriod(period) },
          {
            key: 'organisation',
            title: 'Đơn vị',
            phone: true,
            cell: ({ organisation }) => agencies.get(organisation) ?? organisation,
          },
          { key: 'at', title: 'Mở lúc', kind: 'nowrap', cell: ({ at }) => <Time at={at} exact /> },
        ]}
        empty={{ title: 'Chưa mở con số nào', words: 'Con số mở lại theo quyết định này sẽ được liệt kê ở đây.' }}
      />
      {opened.length > 0 && (
        <Form action={evidencePath} class="row" label="Lấy hồ sơ bằng chứng">
          <Button kind="primary">Tải hồ sơ bằng chứng của các con số này</Button>
        </Form>
      )}
    </Section>
  )
}
