import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tooLarge } from './errors.ts'

test('a limit is told in KB where it is small and in MB where it is large', () => {
  const said = (limitBytes: number) => tooLarge(limitBytes).message.replace(/^.* giới hạn (.*)\.$/, '$1')
  assert.equal(said(256 * 1024), '256 KB')
  assert.equal(said(1024 ** 2), '1 MB')
  assert.equal(said(32 * 1024 ** 2), '32 MB')
})
