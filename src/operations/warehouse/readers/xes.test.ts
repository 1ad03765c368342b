import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { XesLog } from './format.ts'
import { bytesOf, type Everything, faultOf, readAll } from './testing.ts'
import { nestedKey } from './xes-log.ts'

const xes = { kind: 'xes' } as const

const logOf = ({ batches }: Everything): XesLog | undefined => {
  const last = batches.at(-1)
  return last?.shape === 'tree' ? last.log : undefined
}

const small = `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>
  <global scope="event"><date key="time:timestamp" value="1970-01-01T00:00:00+01:00"/></global>
  <classifier name="Activity" keys="concept:name lifecycle:transition"/>
  <string key="concept:name" value="Hồ sơ &amp; kết quả"/>
  <trace>
    <string key="concept:name" value="H-1"/>
    <int key="cost:units" value="9007199254740993"/>
    <event>
      <string key="concept:name" value="Tiếp nhận"><string key="org:resource" value="Người A"/></string>
      <date key="time:timestamp" value="2026-11-22T08:00:00.000+07:00"/>
      <float key="cost:total" value="12.50"/>
      <boolean key="online" value="true"/>
      <list key="papers"><values><string key="paper" value="Đơn"/><string key="paper" value="Bản vẽ"/></values></list>
      <container key="place"><float key="lat" value="12.2"/></container>
    </event>
    <event><string key="concept:name" value="Trả kết quả"/><float key="cost:total" value="NaN"/></event>
    <string key="channel" value="trực tuyến"/>
  </trace>
  <trace><string key="concept:name" value="H-2"/></trace>
</log>`

test('events carry their attributes, those of their trace under case:, and nested ones as objects', async () => {
  const all = await readAll(bytesOf(small), xes)
  const trace = { 'case:concept:name': 'H-1', 'case:cost:units': '9007199254740993', 'case:channel': 'trực tuyến' }
  assert.deepEqual(all.trees, [
    {
      line: 1,
      fileLine: 11,
      values: {
        ...trace,
        'concept:name': 'Tiếp nhận',
        [nestedKey('concept:name')]: { 'org:resource': 'Người A' },
        'time:timestamp': '2026-11-22T08:00:00.000+07:00',
        'cost:total': 12.5,
        online: true,
        papers: [{ paper: 'Đơn' }, { paper: 'Bản vẽ' }],
        place: { lat: 12.2 },
      },
    },
    { line: 2, fileLine: 19, values: { ...trace, 'concept:name': 'Trả kết quả', 'cost:total': null } },
  ])
})

test('the log tells of itself and of traces without events', async () => {
  const all = await readAll(bytesOf(small), xes)
  assert.deepEqual(logOf(all), {
    attributes: { 'concept:name': 'Hồ sơ & kết quả' },
    extensions: [{ name: 'Concept', prefix: 'concept', uri: 'http://www.xes-standard.org/concept.xesext' }],
    classifiers: [{ name: 'Activity', scope: 'event', keys: 'concept:name lifecycle:transition' }],
    globals: { trace: { 'concept:name': 'UNKNOWN' }, event: { 'time:timestamp': '1970-01-01T00:00:00+01:00' } },
    traces: 2,
    events: 2,
    emptyTraces: 1,
  })
  assert.deepEqual(all.notices, [{ code: 'xes.trace-without-events', line: 22, facts: { trace: 'H-2' } }])
})

test('a prefix, UTF-16, gzip and a cut at any place change nothing', async () => {
  const prefixed = small.replace(/<(\/?)(?=[a-z])/g, '<$1x:').replace('xmlns=', 'xmlns:x=')
  const utf16 = Buffer.from(`\ufeff${small.replace('UTF-8', 'UTF-16')}`, 'utf16le')
  const bytes = Buffer.from(small)
  const expected = (await readAll(bytesOf(small), xes)).trees
  for (const form of [[prefixed], [utf16], [gzipSync(small)], Array.from(bytes, (byte) => Buffer.of(byte))]) {
    assert.deepEqual((await readAll(bytesOf(...form), xes)).trees, expected)
  }
})

test('an attribute that is not of its kind or comes twice makes its event faulty and no other', async () => {
  const file = `<log><trace><string key="concept:name" value="1"/>
    <event><int key="n" value="x"/></event>
    <event><string key="a" value="1"/><string key="a" value="2"/></event>
    <event><int key="n" value=" 7 "/></event></trace></log>`
  const { trees, faults } = await readAll(bytesOf(file), xes)
  assert.deepEqual(
    trees.map((row) => row.values),
    [{ 'case:concept:name': '1', n: 7 }],
  )
  assert.deepEqual(
    faults.map(({ line, code, facts }) => [line, code, facts]),
    [
      [1, 'xes.attribute', { key: 'n', value: 'x' }],
      [2, 'xes.attribute', { key: 'a', value: '2' }],
    ],
  )
  assert.match(faults[0]?.raw ?? '', /"case:concept:name":"1"/)
})

test('entities and document types are refused, built-in entities are not', async () => {
  const laughs = `<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><log><trace>&b;</trace></log>`
  const outside = '<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>'
  const undefinedEntity = '<log><string key="x" value="&xxe;"/></log>'
  const late = `<?xml version="1.0"?>${' '.repeat(200_000)}<!DOCTYPE log><log/>`
  for (const file of [laughs, outside, undefinedEntity, late]) {
    assert.equal((await faultOf(bytesOf(file), xes)).code, 'xml.document-type', file.slice(0, 40))
  }
  const { batches } = await readAll(bytesOf('<log><string key="x" value="&lt;&#x1EA1;"/></log>'), xes)
  assert.deepEqual(batches[0]?.shape === 'tree' && batches[0].log?.attributes, { x: '<ạ' })
})

test('broken, torn, foreign and endless XML is refused with its line', async () => {
  const cases: [string | Buffer, string][] = [
    ['<log>\n<trace>\n</log>', 'xml.broken'],
    ['<log>\n<trace>', 'xml.broken'],
    ['<?xml version="1.0"?><gpx/>', 'xes.not-a-log'],
    ['<?xml version="1.0" encoding="EBCDIC"?><log/>', 'xml.encoding'],
    [Buffer.from('<log><string key="x" value="\xe9"/></log>', 'latin1'), 'encoding.mismatch'],
    [`<log>${'<container key="x">'.repeat(500)}`, 'nesting.too-deep'],
    [`<log><string key="x" value="${'x'.repeat(5_000_000)}"/></log>`, 'xml.broken'],
    ['a,b\n1,2\n', 'file.wrong-type'],
  ]
  for (const [file, code] of cases) {
    const fault = await faultOf(bytesOf(file), xes)
    assert.equal(fault.code, code, String(file).slice(0, 50))
  }
  assert.match((await faultOf(bytesOf('<log>\n<trace>\n</log>'), xes)).message, /dòng 3/)
})

test('a trace of any length flows; attributes behind too many events are refused', async () => {
  const event = '<event><string key="concept:name" value="x"/></event>'
  async function* long(tail: string) {
    yield Buffer.from('<log><trace><string key="concept:name" value="1"/>')
    for (let sent = 0; sent < 25; sent++) yield Buffer.from(event.repeat(1000))
    yield Buffer.from(`${tail}</trace></log>`)
  }
  const all = await readAll(long(''), xes)
  assert.equal(all.trees.length, 25_000)
  assert.deepEqual(all.trees[24_999]?.values, { 'case:concept:name': '1', 'concept:name': 'x' })
  assert.ok(all.batches.every((batch) => batch.rows.length <= 5000))
  assert.equal((await faultOf(long('<string key="late" value="1"/>'), xes)).code, 'xes.trace-too-long')
})

test('events without a name take it from the first classifier of the log that fits them', async () => {
  const log = `<log><classifier name="No" keys="absent"/><classifier name="Step" keys="task 'the unit'"/>
    <classifier scope="trace" name="T" keys="kind"/><trace><string key="concept:name" value="t"/>
    <event><string key="task" value="Thẩm định"/><string key="the unit" value="Phòng A"/><string key="kind" value="x"/></event>
    <event><string key="task" value="Ký"/></event>
    <event><string key="concept:name" value="Trả"/><string key="task" value="Khác"/><string key="the unit" value="B"/></event></trace></log>`
  const { trees } = await readAll(bytesOf(log), xes)
  assert.deepEqual(
    trees.map((row) => row.values['concept:name']),
    ['Thẩm định+Phòng A', undefined, 'Trả'],
  )
})

test('an event beside the traces comes out without a case', async () => {
  const event = (name: string) => `<event><string key="concept:name" value="${name}"/></event>`
  const trace = `<trace><string key="concept:name" value="t"/>${event('B')}</trace>`
  const all = await readAll(bytesOf(`<log>${event('A')}${trace}${event('C')}</log>`), xes)
  assert.deepEqual(
    all.trees.map((row) => [row.values['case:concept:name'], row.values['concept:name']]),
    [
      [undefined, 'A'],
      ['t', 'B'],
      [undefined, 'C'],
    ],
  )
  assert.equal(logOf(all)?.events, 3)
})
