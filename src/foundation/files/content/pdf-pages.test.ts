import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePdf } from '#test/signers'
import { countPages } from './pdf-pages.ts'

test('a thread that stumbled over one file counts the next ones rightly, many at once', async () => {
  assert.equal(await countPages(Buffer.from('%PDF-1.7 no more')), null)
  const pdf = await makePdf('mot trang')
  const counted = await Promise.all(Array.from({ length: 5 }, () => countPages(pdf)))
  assert.deepEqual([...counted, await countPages(pdf)], Array(6).fill({ locked: false, pages: 1 }))
  assert.equal(pdf.toString('latin1', 0, 5), '%PDF-', 'the file is still there')
})
