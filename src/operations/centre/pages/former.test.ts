import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'

dbTest(
  'figures of before the merger are made one by the rule of the indicator, beside the line and never in it',
  async (t) => {
    const code = 'population.lookups'
    const [definition] = await t.sql`
    select body from indicators.definition where code = ${code} and retired_at is null`
    assert.equal(definition?.body.merger, 'sum')
    const page = `/chi-tieu/${code}?loai=year`
    const alone = (await t.as('lanhdao').get(page)).body
    assert.match(alone, /Số liệu trước sáp nhập của từng đơn vị cũ/)
    assert.doesNotMatch(alone, /H32-2024 \(đến/, 'a former province has its name')
    assert.match(alone, /chưa đủ số của các đơn vị cũ/, 'one of two is not the whole')
    await t.sql`
    insert into indicators.fact (indicator, definition_version, organisation, area, period_kind, period, period_on, state, value,
      numerator, record_count, base_count, origin, known_at)
    values (${code}, 1, 'H43', '', 'year', '2024', '2024-01-01', 'value', 100000, 100000, 1, 1, 'pack', ${t.now})`
    const both = (await t.as('lanhdao').get(page)).body
    assert.match(both, /476\.874/, '376.874 and 100.000')
    assert.match(both, /Năm 2024/)
    assert.ok((both.match(/class="end-text/g) ?? []).length >= 2, 'each former province keeps its own line')
  },
)
