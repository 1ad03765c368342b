import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  divideKeys,
  keyPublishedBeforeMs,
  keySignsMs,
  keyStaysMs,
  NewClient,
  nextTurn,
  type SigningAlg,
} from './model.ts'

const start = new Date('2026-01-01T00:00:00Z')
const after = (ms: number) => new Date(start.getTime() + ms)
const key = (signsFrom: Date) => ({ alg: 'ES256' as SigningAlg, signsFrom })

test('a key is made two days before its turn, published meanwhile, and stays until its last token is forgotten', () => {
  assert.deepEqual(nextTurn([], start), start)
  const first = key(start)
  assert.equal(nextTurn([first], after(keySignsMs - keyPublishedBeforeMs - 1)), undefined)
  const turn = after(keySignsMs)
  assert.deepEqual(nextTurn([first], after(keySignsMs - keyPublishedBeforeMs)), turn)
  const second = key(turn)
  assert.equal(nextTurn([first, second], after(keySignsMs - 1)), undefined, 'one that waits is enough')
  const before = divideKeys([first, second], after(keySignsMs - 1))
  assert.deepEqual([before.signer, before.others, before.spent], [first, [second], []])
  const at = divideKeys([first, second], turn)
  assert.deepEqual([at.signer, at.others, at.spent], [second, [first], []])
  const late = divideKeys([first, second], after(keySignsMs + keyStaysMs))
  assert.deepEqual([late.signer, late.others, late.spent], [second, [], [first]])
})

test('after a long standstill the new key is still published before it signs', () => {
  const now = after(keySignsMs * 3)
  assert.deepEqual(nextTurn([key(start)], now), new Date(now.getTime() + keyPublishedBeforeMs))
})

const wanted = {
  kind: 'confidential',
  id: 'ung-dung-thu',
  name: 'Ứng dụng thử',
  organisation: 'H32',
  redirectUris: 'https://app.vidu.invalid/ve\nhttp://127.0.0.1:9000/ve',
}

test('only whole https addresses, or this machine, are led back to', () => {
  assert.deepEqual(NewClient.parse(wanted).kind, 'confidential')
  for (const address of [
    'http://app.vidu.invalid/ve',
    'https://*.vidu.invalid/ve',
    'https://app.vidu.invalid/ve#a',
    'https://app.vidu.invalid/ve#',
    'https://nguoi:mat@app.vidu.invalid/ve',
    'javascript:alert(1)',
    'vn.vidu:/ve',
    '/ve',
    '',
  ])
    assert.equal(NewClient.safeParse({ ...wanted, redirectUris: address }).success, false, address)
})

test('word of a sign-out goes only to a machine that people are led to', () => {
  const to = (backchannelUri: string) => NewClient.safeParse({ ...wanted, backchannelUri }).success
  assert.equal(to('https://app.vidu.invalid/bao'), true)
  assert.equal(to('https://khac.vidu.invalid/bao'), false)
  assert.equal(to('http://127.0.0.1:9001/bao'), false)
  assert.equal(to('không phải địa chỉ'), false)
  assert.equal(
    NewClient.safeParse({ ...wanted, redirectUris: 'sai', backchannelUri: wanted.redirectUris }).success,
    false,
  )
})

test('a pasted key is public, asymmetric and strong', () => {
  const jwkOf = (pair: ReturnType<typeof generateKeyPairSync>) => pair.publicKey.export({ format: 'jwk' })
  const strong = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const fault = (jwks: string) => NewClient.safeParse({ ...wanted, jwks }).error?.issues[0]?.message
  assert.equal(fault(JSON.stringify({ keys: [jwkOf(strong as never)] })), undefined)
  assert.equal(fault(JSON.stringify(jwkOf(strong as never))), undefined, 'a single key will do')
  assert.match(fault(JSON.stringify(strong.privateKey.export({ format: 'jwk' }))) ?? '', /khóa bí mật/)
  assert.match(fault(JSON.stringify({ kty: 'oct', k: 'AAAA' })) ?? '', /khóa công khai/)
  assert.match(fault(JSON.stringify(jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }) as never))) ?? '', /2048/)
  assert.match(fault('không phải') ?? '', /JSON/)
})
