import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { VNode } from 'preact'
import { renderFragment } from '../render.tsx'
import { chooseTicks, makeValueAxis, spreadLabels } from './axis.ts'
import { BarChart, StackedBar } from './bar-list.tsx'
import { ColumnChart } from './column-chart.tsx'
import { FlowChart } from './flow-chart.tsx'
import { planFlow } from './flow-layout.ts'
import { HeatTable } from './heat-table.tsx'
import { LineChart } from './line-chart.tsx'
import { splitRuns } from './line-marks.tsx'

const render = (piece: VNode) =>
  renderFragment({ now: new Date(0), timeZone: 'Asia/Ho_Chi_Minh', address: '/', csrf: undefined }, piece)
const words = {
  id: 'thu',
  title: 'Tăng đều',
  measure: '%',
  source: 'Kho dữ liệu',
  asOf: new Date('2026-11-22T02:55:00Z'),
}
const periods = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6']
const linesOf = (html: string) => [...html.matchAll(/<path class="line[^"]*" d="([^"]*)"/g)].map(([, d]) => d ?? '')

test('a line has a gap where a period has no value', () => {
  const html = render(
    <LineChart {...words} periods={periods} series={[{ name: 'A', values: [1, 2, null, 4, 5, 6] }]} />,
  )
  assert.deepEqual(
    linesOf(html).map((d) => d.match(/M/g)?.length),
    [2],
  )
})

test('figures before and after a merger are never one line', () => {
  const chart = (breaks: { before: number; label: string }[]) =>
    linesOf(
      render(
        <LineChart {...words} periods={periods} series={[{ name: 'A', values: [1, 2, 3, 4, 5, 6] }]} breaks={breaks} />,
      ),
    )
  assert.equal(chart([]).length, 1)
  const [older = '', newer = ''] = chart([{ before: 3, label: 'sáp nhập 01/07/2025' }])
  assert.match(older, /^M0,[\d.]+L200,[\d.]+L400,[\d.]+$/)
  assert.match(newer, /^M600,/)
})

test('whatever the values and breaks, every known value is in exactly one run and no run crosses a break', () => {
  const series = fc.array(fc.option(fc.integer(), { nil: null }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(series, fc.array(fc.nat(30), { maxLength: 4 }), (values, edges) => {
      const breaks = edges.map((before) => ({ before: Math.min(before, values.length) }))
      const runs = splitRuns(values, breaks)
      assert.deepEqual(
        runs.flat().map(({ index }) => index),
        values.map((_, index) => index),
      )
      for (const run of runs) {
        const [first, last] = [run[0]?.index ?? 0, run.at(-1)?.index ?? 0]
        for (const { before } of breaks) assert.ok(!(first < before && before <= last))
      }
    }),
  )
})

test('the forecast is a dashed line of its own that begins at the last known value', () => {
  const html = render(
    <LineChart {...words} periods={periods} series={[{ name: 'A', values: [1, 2, 3, 4, 5, 6], forecastFrom: 4 }]} />,
  )
  assert.match(html, /class="line line-forecast" d="M600,/)
  assert.match(html, /5 \(dự báo\)/)
})

test('a chart of nothing but gaps is drawn and says that there are no figures', () => {
  const html = render(
    <LineChart {...words} periods={periods} series={[{ name: 'A', values: periods.map(() => null) }]} />,
  )
  assert.match(html, /A: chưa có số liệu/)
  assert.doesNotMatch(html, /NaN|Infinity/)
})

test('every chart states its finding, source and date, and has a table with each figure', () => {
  const charts = [
    <LineChart {...words} periods={periods} series={[{ name: 'A', values: [1.5, 2, 3, 4, 5, 6] }]} />,
    <ColumnChart {...words} name="A" columns={periods.map((label, index) => ({ label, value: index + 1.5 }))} />,
    <BarChart
      {...words}
      labelTitle="Đơn vị"
      valueTitle="A"
      bars={[
        { label: 'Sở A', value: 1.5 },
        { label: 'Sở B', value: null },
      ]}
    />,
    <StackedBar {...words} labelTitle="Nhóm" parts={['X', 'Y']} rows={[{ label: 'Sở A', values: [1.5, null] }]} />,
    <FlowChart
      {...words}
      unit="hồ sơ"
      nodes={[
        { id: 'a', label: 'A' },
        { id: 'b', label: 'B' },
      ]}
      edges={[{ from: 'a', to: 'b', count: 1.5 }]}
    />,
  ]
  for (const chart of charts) {
    const html = render(chart)
    assert.match(html, /<h3 class="chart-title" id="thu-name">Tăng đều<\/h3>/)
    assert.match(html, /Nguồn: Kho dữ liệu · số liệu đến 09:55 22\/11\/2026/)
    assert.match(html, /Xem bảng số liệu/)
    assert.match(html.split('<table')[1] ?? '', /1,5/)
    assert.doesNotMatch(html, /NaN|\sstyle="/)
  }
})

test('bars start at nought, and below nought they hang from it', () => {
  const axis = makeValueAxis([95, 98], true)
  assert.equal(axis.y(0), 100)
  const mixed = makeValueAxis([-20, 40], true)
  assert.ok(mixed.y(0) > 0 && mixed.y(0) < 100)
})

test('a unit without figures has no bar and says so', () => {
  const html = render(
    <BarChart {...words} labelTitle="Đơn vị" valueTitle="A" bars={[{ label: 'Sở B', value: null }]} />,
  )
  assert.doesNotMatch(html, /class="bar /)
  assert.match(html, /chưa có số liệu/)
})

test('axis ticks are round and hold all values', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 100),
        { minLength: 1, maxLength: 20 },
      ),
      (values) => {
        const axis = makeValueAxis(values, false)
        for (const value of values) {
          const y = axis.y(value)
          assert.ok(y >= -0.01 && y <= 100.01, `${value} at ${y}`)
        }
      },
    ),
  )
})

test('labels of periods are few enough, evenly spaced, and the last one always stands', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 20 }), (count, longest) => {
      const ticks = chooseTicks(count, longest)
      assert.ok(ticks.length <= 12)
      assert.ok(ticks.filter(({ wide }) => !wide).length <= 5)
      assert.deepEqual(ticks.at(-1), { index: count - 1, wide: false })
    }),
  )
})

test('labels at the ends of lines do not overlap while there is room', () => {
  const places = spreadLabels([100, 102, 101, 239], 18, 240)
  const sorted = [...places].sort((a, b) => a - b)
  for (const [index, place] of sorted.entries()) if (index > 0) assert.ok(place - (sorted[index - 1] ?? 0) >= 17.99)
  assert.ok(Math.max(...places) <= 240)
  assert.ok((places[0] ?? 0) < (places[1] ?? 0))
})

test('a process map runs downward along its strongest ways, and returns are told apart', () => {
  const plan = planFlow(
    [
      { id: 'a', label: 'A' },
      { id: 'b', label: 'B' },
      { id: 'c', label: 'C' },
    ],
    [
      { from: 'a', to: 'b', count: 10 },
      { from: 'b', to: 'c', count: 8 },
      { from: 'c', to: 'b', count: 9 },
      { from: 'b', to: 'b', count: 3 },
    ],
  )
  const layer = (id: string) => plan.nodes.find((node) => node.id === id)?.layer
  assert.deepEqual([layer('a'), layer('b'), layer('c')], [0, 1, 2])
  assert.deepEqual(
    plan.edges.filter(({ back }) => back).map(({ edge }) => `${edge.from}${edge.to}`),
    ['cb'],
  )
  assert.equal(plan.repeats.get('b'), 3)
})

test('of any map no two steps overlap, and each forward way leads down', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
  const edge = fc.record({ from: id, to: id, count: fc.integer({ min: 1, max: 1000 }) })
  const unique = fc.uniqueArray(edge, { selector: ({ from, to }) => `${from}${to}`, maxLength: 24 })
  const nodes = [...'abcdefgh'].map((each) => ({ id: each, label: each }))
  fc.assert(
    fc.property(unique, (edges) => {
      const plan = planFlow(nodes, edges)
      for (const one of plan.nodes) {
        assert.ok(one.x >= 0 && one.x <= plan.width)
        for (const other of plan.nodes) {
          if (one.id !== other.id && one.layer === other.layer) assert.ok(Math.abs(one.x - other.x) > 170)
        }
      }
      for (const { back, way } of plan.edges) {
        if (!back) assert.ok((way[0]?.layer ?? 0) < (way.at(-1)?.layer ?? 0))
      }
    }),
  )
})

test('a heat table marks what has no figures and writes the limits of its classes', () => {
  const html = render(
    <HeatTable
      {...words}
      corner="Thứ"
      columns={['7', '8']}
      rows={[
        { label: 'Thứ Hai', values: [0, 50] },
        { label: 'Thứ Ba', values: [null, 100] },
      ]}
    />,
  )
  assert.match(html, /class="heat-none"><span class="hidden-visually">không có số liệu/)
  assert.match(html, /class="heat-5">100</)
  assert.match(html, /80–100/)
})
