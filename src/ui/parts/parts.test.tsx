import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VNode } from 'preact'
import { appearanceCookies, readAppearance } from '../appearance.ts'
import { Layout, type Shell } from '../layout.tsx'
import { queryBesides, withQuery } from '../query.ts'
import { renderFragment, renderPage } from '../render.tsx'
import { ErrorSummary, Form } from './field.tsx'
import { FilterBar } from './filter-bar.tsx'
import { FreshnessLine } from './freshness.tsx'
import { IndicatorCard } from './indicator-card.tsx'
import { DateInput, readDateInput, TextInput } from './inputs.tsx'
import { Sparkline } from './sparkline.tsx'
import { Table } from './table.tsx'
import { Time } from './time.tsx'

const now = new Date('2026-11-22T03:05:00Z')
const render = (piece: VNode, address = '/') =>
  renderFragment({ now, timeZone: 'Asia/Ho_Chi_Minh', address, csrf: undefined }, piece)

interface Unit {
  code: string
  name: string
  late: number | undefined
}

const unit = { code: 'H1', name: 'Sở <Mẫu>', late: undefined }
const columns = [
  { key: 'name', title: 'Đơn vị', sortable: true, cell: (row: Unit) => row.name },
  { key: 'late', title: 'Quá hạn', kind: 'number' as const, sortable: true, cell: (row: Unit) => row.late },
]
const table = (sort?: string, rows: Unit[] = [unit]) => (
  <Table
    caption="Đơn vị"
    columns={columns}
    rows={rows}
    rowKey={({ code }) => code}
    rowHref={({ code }) => `/don-vi/${code}`}
    sort={sort}
    empty={{ title: 'Chưa có đơn vị' }}
    downloads={{ csv: '/x.csv' }}
  />
)

test('a query value is set, replaced and taken away without touching the others', () => {
  assert.equal(withQuery('/a?x=1&y=2', { x: 3 }), '/a?x=3&y=2')
  assert.equal(withQuery('/a?x=1', { x: undefined }), '/a')
  assert.equal(withQuery('/a', { q: 'Hòa & Bình' }), '/a?q=H%C3%B2a+%26+B%C3%ACnh')
  assert.deepEqual(queryBesides('/a?x=1&y=2', ['x']), [['y', '2']])
})

test('a sort link keeps the filters, forgets the place, and turns the order on a second press', () => {
  const address = '/don-vi?nhom=so&after=H9'
  assert.match(render(table(), address), /href="\/don-vi\?nhom=so&amp;sort=name"/)
  assert.match(render(table(), address), /href="\/don-vi\?nhom=so&amp;sort=-late"/)
  assert.match(render(table('name'), address), /href="\/don-vi\?nhom=so&amp;sort=-name"/)
  assert.match(render(table('name'), address), /aria-sort="ascending"/)
  assert.match(render(table('-late'), address), /aria-sort="descending"/)
})

test('an absent value is said in words and never shown as nought', () => {
  const html = render(table())
  assert.match(html, /chưa có số liệu/)
  assert.doesNotMatch(html, />0</)
})

test('where no column is chosen for phones, the first three after the title are shown', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ key, title: key, cell: () => key }))
  const html = render(<Table caption="Thử" columns={many} rows={[unit]} rowKey={({ code }) => code} />)
  assert.deepEqual(
    [...html.matchAll(/<td class="cell-desktop" data-label="(\w)"/g)].map(([, key]) => key),
    ['e'],
  )
})

test('a value of several pieces stays one beside its name on a phone', () => {
  const columns = [
    { key: 'name', title: 'Tên', cell: () => 'Sở Mẫu' },
    {
      key: 'years',
      title: 'Thời hạn',
      cell: () => (
        <>
          10 năm <strong>chưa kiểm chứng</strong>
        </>
      ),
    },
    { key: 'one', title: 'Một', cell: () => <strong>một</strong> },
  ]
  const html = render(<Table caption="Thử" columns={columns} rows={[unit]} rowKey={({ code }) => code} />)
  assert.match(
    html,
    /data-label="Thời hạn"><div class="cell-pieces">10 năm <strong>chưa kiểm chứng<\/strong><\/div><\/td>/,
  )
  assert.match(html, /data-label="Một"><strong>một<\/strong><\/td>/)
})

test('text from records is escaped', () => {
  assert.match(render(table()), /Sở &lt;Mẫu>/)
})

test('an empty list says what would be here and offers no download', () => {
  const html = render(table(undefined, []))
  assert.match(html, /Chưa có đơn vị/)
  assert.doesNotMatch(html, /x\.csv/)
})

test('a chip takes its own filter off and keeps the rest; the form carries what it does not set', () => {
  const html = render(
    <FilterBar
      names={['unit', 'period']}
      active={[
        { name: 'unit', label: 'Đơn vị: A' },
        { name: 'period', label: 'Kỳ: B' },
      ]}
    >
      <TextInput name="unit" label="Đơn vị" />
    </FilterBar>,
    '/list?unit=a&period=b&sort=name&after=9',
  )
  assert.match(html, /href="\/list\?period=b&amp;sort=name"[^>]*aria-label="Bỏ lọc Đơn vị: A"/)
  assert.match(html, /href="\/list\?sort=name"/)
  assert.match(html, /type="hidden" name="sort" value="name"/)
  assert.doesNotMatch(html, /name="after"/)
})

test('a date in three boxes is read, and what is no date is refused', () => {
  const read = (day: string, month: string, year: string) =>
    readDateInput({ 'on-day': day, 'on-month': month, 'on-year': year }, 'on')
  assert.equal(read('5', '9', '2026'), '2026-09-05')
  assert.equal(read('29', '02', '2024'), '2024-02-29')
  assert.equal(read('', '', ''), undefined)
  for (const [day, month, year] of [
    ['31', '02', '2026'],
    ['29', '02', '2026'],
    ['1', '13', '2026'],
    ['1', '1', '26'],
    ['', '1', '2026'],
    ['a', '1', '2026'],
  ] as const)
    assert.equal(read(day, month, year), 'invalid', `${day}/${month}/${year}`)
})

test('a fault is told at its field and in the summary, which leads to the very control', () => {
  const error = 'Ngày chốt phải có đủ ngày, tháng, năm'
  const html = render(
    <>
      <ErrorSummary errors={[{ field: 'on', message: error }]} />
      <DateInput name="on" label="Ngày chốt" error={error} value={{ day: '31' }} />
    </>,
  )
  assert.match(html, /<a href="#on">/)
  assert.match(html, /<input[^>]*id="on"[^>]*value="31"/)
  assert.match(html, /aria-describedby="on-error"/)
  assert.equal(html.split(error).length, 3)
})

test('a form that posts carries the token of the page, one that asks does not', () => {
  const page = { now, timeZone: 'UTC', address: '/', csrf: 'abc' }
  assert.match(renderFragment(page, <Form action="/x">.</Form>), /name="_csrf" value="abc"/)
  const asking = (
    <Form action="/x" method="get">
      .
    </Form>
  )
  assert.doesNotMatch(renderFragment(page, asking), /_csrf/)
})

test('a card without data says so, keeps its name and source, and draws no line', () => {
  const html = render(
    <IndicatorCard
      name="Bụi mịn"
      href="/1"
      spark={{ values: [1, 2], label: 'Bụi mịn' }}
      freshness={{ source: 'Trạm', late: 'chậm 3 giờ' }}
    />,
  )
  assert.match(html, /chưa có số liệu/)
  assert.match(html, /chậm 3 giờ/)
  assert.doesNotMatch(html, /<svg class="spark"/)
})

test('only a change for the worse has a colour', () => {
  const card = (worse: boolean) =>
    render(
      <IndicatorCard
        name="A"
        href="/"
        value="1"
        changes={[{ direction: 'up', words: '2 so với tháng trước', worse }]}
      />,
    )
  assert.doesNotMatch(card(false), /change-worse/)
  assert.match(card(true), /change-worse/)
})

test('figures of today show their hour, older ones their date too', () => {
  const line = (at: string) => render(<FreshnessLine asOf={new Date(at)} source="Kho" />)
  assert.match(line('2026-11-22T02:55:00Z'), />09:55</)
  assert.match(line('2026-11-21T02:55:00Z'), />09:55 21\/11\/2026</)
  assert.match(render(<FreshnessLine source="Kho" />), /Chưa nhận số liệu/)
})

test('a recent instant is told by its distance with the full time in its title', () => {
  assert.match(
    render(<Time at={new Date('2026-11-22T02:53:00Z')} />),
    /datetime="2026-11-22T02:53:00.000Z" title="09:53 22\/11\/2026">12 phút trước</,
  )
})

test('a small line is cut at gaps and at mergers', () => {
  const html = render(<Sparkline values={[1, 2, null, 4, 5, 6]} breaks={[5]} label="Thử" />)
  const paths = [...html.matchAll(/class="spark-line" d="([^"]*)"/g)].map(([, d]) => d ?? '')
  assert.equal(paths.length, 2)
  assert.equal(paths[0]?.match(/M/g)?.length, 2)
  assert.equal(render(<Sparkline values={[1, null]} label="Thử" />), '')
})

const shell: Shell = {
  product: 'Trầm Hương',
  place: 'Tỉnh Mẫu',
  illustrative: true,
  nav: [
    {
      items: [
        { label: 'Chỉ tiêu', href: '/chi-tieu' },
        { label: 'Nguồn', href: '/nguon' },
      ],
    },
  ],
  appearance: { theme: 'dark', text: 'large' },
  appearanceAction: '/hien-thi',
  assets: { url: (name) => `/assets/${name}` },
  now,
  address: '/chi-tieu/permit.open?nam=2026',
}

test('a page has one h1, its language, its landmarks, and marks the menu item it lies under', () => {
  const html = renderPage(
    <Layout shell={shell} title="Hồ sơ đang mở">
      <p>.</p>
    </Layout>,
  )
  assert.match(html, /^<!doctype html><html lang="vi" data-face="desk" data-theme="dark" data-text="large">/)
  assert.equal(html.match(/<h1>/g)?.length, 1)
  assert.match(html, /<title>Hồ sơ đang mở · Trầm Hương<\/title>/)
  assert.match(html, /href="\/chi-tieu" aria-current="page"/)
  assert.doesNotMatch(html, /href="\/nguon" aria-current/)
  assert.match(html, /dữ liệu minh họa/)
  for (const landmark of ['<header', '<nav', '<main', '<footer', 'href="#main"'])
    assert.ok(html.includes(landmark), landmark)
})

test('a page elsewhere is marked under what covers it, else under the nearest of its crumbs', () => {
  const nav = [
    { items: [...(shell.nav[0]?.items ?? []), { label: 'Địa bàn', href: '/dia-ban/tim', covers: '/dia-ban' }] },
  ]
  const marked = (address: string, hrefs: string[] = []) => {
    const crumbs = hrefs.map((href) => ({ label: href, href }))
    const html = renderPage(
      <Layout shell={{ ...shell, nav, address }} title="Thử" crumbs={crumbs}>
        <p>.</p>
      </Layout>,
    )
    return [...html.matchAll(/href="([^"]+)" aria-current="page"/g)].map(([, href]) => href)
  }
  assert.deepEqual(marked('/dia-ban/01'), ['/dia-ban/tim'])
  assert.deepEqual(marked('/dia-ban-khac'), [])
  assert.deepEqual(marked('/so-lieu/7', ['/nguon/a', '/chi-tieu/b?ky=1']), ['/chi-tieu'])
  assert.deepEqual(marked('/nguon/7', ['/chi-tieu/b']), ['/nguon'], 'its own address comes first')
})

test('no page carries inline style or script, which its policy would refuse', () => {
  const html = renderPage(
    <Layout shell={{ ...shell, liveHref: '/live' }} title="Thử" islands={['table']}>
      {table()}
    </Layout>,
  )
  assert.doesNotMatch(html, /\sstyle="|<style|\son\w+="/)
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/)
  assert.match(
    html,
    /<script defer src="\/assets\/live\.js" data-stream="\/live" data-worker="\/assets\/live-worker\.js">/,
  )
})

test('theme and size of text are read from cookies, and unknown ones are ignored', () => {
  assert.deepEqual(readAppearance({ theme: 'dark', text: 'largest' }), { theme: 'dark', text: 'largest' })
  assert.deepEqual(readAppearance({ theme: 'x', text: undefined }), { theme: 'light', text: 'normal' })
  assert.deepEqual(
    appearanceCookies({ theme: 'auto', text: '"; evil' }).map(({ name, value }) => [name, value]),
    [['theme', 'auto']],
  )
})
