// What the tests of this room arrange with: given, issued and moved by HTTP, as people of the demonstration.
import assert from 'node:assert/strict'
import type { DbTest } from '#test/harness'

export const opinion = (change: object = {}) => ({
  title: 'Rà soát số liệu chậm cập nhật quý IV (thử nghiệm)',
  words: 'Rà soát toàn bộ số liệu chậm cập nhật và báo cáo nguyên nhân, giải pháp.',
  parts: [{ organisation: 'H32.KHCN', deadline: { budget: { amount: 5 } } }],
  ...change,
})

export async function given(t: DbTest, change: object = {}, who = 'phochutich'): Promise<string> {
  const answer = await t.as(who).inject({ method: 'POST', url: '/api/v1/directives', payload: opinion(change) })
  assert.equal(answer.statusCode, 201, answer.body)
  return answer.json().code
}

let number = 900

export async function issued(t: DbTest, change: object = {}, who = 'phochutich'): Promise<string> {
  const code = await given(t, change, who)
  const on = new Date(t.now.getTime() + 7 * 3_600_000).toISOString().slice(0, 10)
  const answer = await t.as('vanphong').inject({
    method: 'POST',
    url: `/api/v1/directives/${code}/issue`,
    payload: { number: `${number++}/UBND-NV`, on },
  })
  assert.equal(answer.statusCode, 200, answer.body)
  return code
}

export const moved = (t: DbTest, who: string, code: string, transition: object, version?: number) =>
  t.as(who).inject({
    method: 'POST',
    url: `/api/v1/directives/${code}/transitions`,
    payload: { transition, ...(version ? { version } : {}) },
  })

export async function ok(t: DbTest, who: string, code: string, transition: object) {
  const answer = await moved(t, who, code, transition)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}

export async function refused(t: DbTest, who: string, code: string, transition: object): Promise<string> {
  const answer = await moved(t, who, code, transition)
  assert.ok(answer.statusCode >= 400, `${who} ${JSON.stringify(transition)}: ${answer.statusCode}`)
  return answer.json().code
}

export async function read(t: DbTest, code: string, who = 'phochutich') {
  const answer = await t.as(who).get(`/api/v1/directives/${code}`)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}
