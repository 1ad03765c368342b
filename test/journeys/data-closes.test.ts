/** A task that a number fulfils: given on the page with the number chosen by its name, closed when the records arrive, with the fact as proof. */
import assert from 'node:assert/strict'
import { processTouches } from '#indicators'
import { type DbTest, dbTest } from '#test/harness'
import { sendCsv } from '../../src/operations/alerts/testing.ts'
import { readForm, sendForm } from '../forms.ts'
import { emptyQueue, workQueue } from '../queue.ts'
import { dossierColumns } from '../samples.ts'

const give = '/nhiem-vu/giao?loai=indicator&ten=H%E1%BB%93%20s%C6%A1%20%C4%91%C3%BAng%20h%E1%BA%A1n&don-vi=H32.KHCN'
const form = { page: give, action: '/nhiem-vu/giao' }

const wish = {
  'dk-ky': '2026-11',
  'dk-so-sanh': '>=',
  'dk-gia-tri': '90',
}

/** So many dossiers of the department that ended in November, the first ones after their time. */
const dossiers = (count: number, late: number, from = 0) => [
  dossierColumns,
  ...Array.from({ length: count }, (_, index) => {
    const code = `H32.KHCN-261110-${1000 + from + index}`
    const ended = index < late ? '20261122100000' : '20261115100000'
    return `${code},1.001,LV1,2,H32.KHCN,H32.KHCN,22366,20261110080000,20261120170000,${ended},10,0,2,0,0,1,1,1,Người thử,20261122110000`
  }),
]

async function arrive(t: DbTest, lines: string[]): Promise<void> {
  await sendCsv(t.context(), 'one-stop-dossiers', lines.join('\n'))
  await processTouches(t.context())
  await workQueue(t)
}

/** The task, as its page chooses it: by words of the name without their marks, then one of what they find. */
async function giveWithCondition(t: DbTest): Promise<string> {
  const asked = await sendForm(t.as('phochutich'), form, { ...wish, 'dk-chi-tieu': 'ho so giai quyet dung' })
  if (asked.statusCode === 422) {
    assert.match(asked.body, /id="dk-chon"/, 'it asks which')
    const html = asked.body
    assert.ok(readForm(html, form.action).some(([name, value]) => name === 'dk-chi-tieu' && value !== ''))
    const answer = await sendForm(t.as('phochutich'), { ...form, html }, { 'dk-chon': 'dossier.on-time' })
    assert.equal(answer.statusCode, 303, answer.body.match(/<main[\s\S]*?<\/main>/)?.[0])
    return codeOf(answer.headers.location)
  }
  assert.equal(asked.statusCode, 303)
  return codeOf(asked.headers.location)
}

const codeOf = (location: unknown) => /\/nhiem-vu\/(NV-[\d-]+)/.exec(String(location))?.[1] ?? ''

async function stateOf(t: DbTest, code: string) {
  const { parts, hops } = (await t.as('phochutich').get(`/api/v1/directives/${code}`)).json()
  return { state: parts[0].state, condition: parts[0].condition, proof: hops[0] }
}

dbTest('a task waits for a number chosen by its name, and the records that bring it close the task', async (t) => {
  await emptyQueue(t)
  const code = await giveWithCondition(t)
  const { condition } = await stateOf(t, code)
  assert.deepEqual(condition, {
    indicator: 'dossier.on-time',
    organisation: 'H32.KHCN',
    period: '2026-11',
    compare: '>=',
    value: 90,
  })
  const page = `/nhiem-vu/${code}/viec/ban-hanh`
  assert.equal((await sendForm(t.as('vanphong'), { page }, {})).statusCode, 303)
  await workQueue(t)
  await arrive(t, dossiers(10, 4))
  assert.equal((await stateOf(t, code)).state, 'assigned', '60 % is not enough')
  await arrive(t, dossiers(40, 0, 100))
  const { state, proof } = await stateOf(t, code)
  assert.equal(state, 'done')
  assert.equal(proof.details.value, 92)
  assert.equal(proof.by, 'Hệ thống')
  const shown = await t.as('phochutich').get(`/nhiem-vu/${code}`)
  assert.match(shown.body, /<a href="\/chi-tieu\/dossier\.on-time">Tỷ lệ hồ sơ giải quyết đúng hạn<\/a>/)
  const number = await t.as('phochutich').get(proof.details.url)
  assert.equal(number.statusCode, 200)
  assert.match(number.body, /92/)
  const [entry] = await t.sql<{ count: number }[]>`
    select count(*)::int as count from ledger.entry where subject = ${`directive:${code}`} and action = 'directive.verified'`
  assert.equal(entry?.count, 1, 'closed once')
  await arrive(t, dossiers(10, 0, 200))
  assert.equal((await stateOf(t, code)).proof.details.value, 92, 'and what comes later changes nothing')
})

dbTest('a number that nobody has, and a period that is none, are faults with words', async (t) => {
  const strange = await sendForm(t.as('phochutich'), form, { ...wish, 'dk-chi-tieu': 'không có chỉ tiêu này đâu' })
  assert.equal(strange.statusCode, 422)
  assert.match(strange.body, /Không có chỉ tiêu nào khớp/)
  const answer = await t.as('phochutich').inject({
    method: 'POST',
    url: '/api/v1/directives',
    payload: {
      title: 'Việc chờ số liệu (thử nghiệm)',
      words: 'Nâng tỷ lệ hồ sơ đúng hạn và báo cáo kết quả.',
      parts: [
        {
          organisation: 'H32.KHCN',
          deadline: { budget: { amount: 3 } },
          condition: {
            indicator: 'dossier.on-time',
            organisation: 'H32.KHCN',
            period: 'thang-11',
            compare: '>=',
            value: 1,
          },
        },
      ],
    },
  })
  assert.equal(answer.statusCode, 422)
  assert.match(answer.body, /2026-Q4/)
})
