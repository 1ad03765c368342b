/**
 * Attacks on signed PDF that are known by name, each made by hand on a paper that two have signed: universal forgery (USF), incremental saving
 * (ISA), signature wrapping (SWA), and the shadow attacks hide, replace, hide-and-replace; and single bytes changed anywhere.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { askingOf, makePaper } from '#test/signed-papers'
import { openssl, startTrust, type Trust } from '#test/trust'
import { readPem } from '../cms/certificate.ts'
import { signPdf } from '../pades/sign.ts'
import { readDocument } from '../pdf/document.ts'
import { listPages, rootOf } from '../pdf/pages.ts'
import { dict, isDict, isRef, name, type PdfDict, type PdfValue, ref } from '../pdf/values.ts'
import { appendUpdate, type Written } from '../pdf/write.ts'
import { addDocumentStamp, addValidationData } from '../trust/long-term.ts'
import { stampTimeOf } from '../trust/stamp.ts'
import { listSignatureFields } from './structure.ts'
import { validateBytes } from './validate.ts'

const { skip } = openssl

const stream = (words: string): PdfValue => ({
  type: 'stream',
  dict: dict({ Length: words.length }),
  raw: Buffer.from(words),
})
const evil = stream('BT /F1 12 Tf 100 700 Td (The amount is 9,000,000 dong.) Tj ET')

function partsOf(pdf: Buffer) {
  const document = readDocument(pdf)
  const [first] = listPages(document)
  const page = first && document.follow(first)
  if (!first || !isDict(page)) throw new Error('no page')
  return { document, first, page, root: rootOf(document), fields: listSignatureFields(document) }
}

const withEntry = (value: PdfDict, key: string, entry: PdfValue | undefined): PdfDict => {
  const entries = new Map(value.entries)
  if (entry === undefined) entries.delete(key)
  else entries.set(key, entry)
  return { ...value, entries }
}

const update = (pdf: Buffer, objects: [number, Written][]) => appendUpdate(readDocument(pdf), new Map(objects)).bytes

/** Number of the first page's content. */
function contentOf(pdf: Buffer): number {
  const { page } = partsOf(pdf)
  const given = page.entries.get('Contents')
  const only = Array.isArray(given) ? given[0] : given
  if (!isRef(only)) throw new Error('no content')
  return only.number
}

/** The signature's dictionary with a changed entry, written behind the file. */
function forge(pdf: Buffer, key: string, entry: PdfValue | undefined): Buffer {
  const { fields, document } = partsOf(pdf)
  const at = fields.at(-1)?.value.entries.get('V')
  const value = document.follow(at)
  if (!isRef(at) || !isDict(value)) throw new Error('no signature')
  return update(pdf, [[at.number, withEntry(value, key, entry)]])
}

/** Attacks that begin when the signature is there. */
const attacks: Record<string, (pdf: Buffer) => Buffer> = {
  'USF: no range': (pdf) => forge(pdf, 'ByteRange', undefined),
  'USF: a range that is negative': (pdf) => forge(pdf, 'ByteRange', [0, -1, 10, 20]),
  'USF: an empty range': (pdf) => forge(pdf, 'ByteRange', []),
  'USF: no contents': (pdf) => forge(pdf, 'Contents', undefined),
  'USF: contents that are nothing': (pdf) => forge(pdf, 'Contents', null),
  'USF: contents of a zero': (pdf) =>
    forge(pdf, 'Contents', { type: 'string', bytes: Buffer.from([0]), hex: true, from: 0, to: 0 }),
  'USF: no signature in the field': (pdf) => {
    const { fields } = partsOf(pdf)
    return update(
      pdf,
      fields.map(({ at, value }) => [at.number, withEntry(value, 'V', null)]),
    )
  },
  'SWA: the same range in a dictionary written anew': (pdf) => forge(pdf, 'Reason', name('x')),
  'SWA: bytes put into the hole': (pdf) => {
    const at = pdf.lastIndexOf('/Contents <')
    return Buffer.concat([pdf.subarray(0, at), Buffer.from('/Evil (here)'), pdf.subarray(at)])
  },
  'SWA: white space inside the contents': (pdf) => {
    const at = pdf.lastIndexOf('000000>')
    const changed = Buffer.from(pdf)
    changed.write('00 000', at, 'latin1')
    return changed
  },
  'ISA: the content anew': (pdf) => update(pdf, [[contentOf(pdf), evil]]),
  'ISA: objects without a table': (pdf) =>
    Buffer.concat([pdf, Buffer.from(`${contentOf(pdf)} 0 obj\n<</Length 3>>\nstream\nabc\nendstream\nendobj\n`)]),
  'ISA: an end without a table': (pdf) =>
    Buffer.concat([pdf, Buffer.from('trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n')]),
  'ISA: a comment that hides an object': (pdf) =>
    Buffer.concat([pdf, Buffer.from('% 5 0 obj <</Evil true>> endobj\n')]),
  'a page that is replaced': (pdf) => {
    const { first, page, document } = partsOf(pdf)
    return update(pdf, [
      [first.number, withEntry(page, 'Contents', ref(document.size))],
      [document.size, evil],
    ])
  },
  'a note put on the page': (pdf) => {
    const { first, page, document } = partsOf(pdf)
    const old = document.follow(page.entries.get('Annots'))
    const annotation = dict({ Type: name('Annot'), Subtype: name('FreeText'), Rect: [90, 690, 400, 720] })
    const list = [...(Array.isArray(old) ? old : []), ref(document.size)]
    return update(pdf, [
      [first.number, withEntry(page, 'Annots', list)],
      [document.size, annotation],
    ])
  },
  'a page that is taken away': (pdf) => {
    const { root, document, first } = partsOf(pdf)
    const at = root.dictionary.entries.get('Pages')
    const pages = document.follow(at)
    if (!isRef(at) || !isDict(pages)) throw new Error('no pages')
    return update(pdf, [[at.number, withEntry(withEntry(pages, 'Kids', [first]), 'Count', 1)]])
  },
  'another catalogue': (pdf) => {
    const { root, document } = partsOf(pdf)
    const bytes = update(pdf, [[document.size, root.dictionary]])
    return Buffer.from(
      bytes.toString('latin1').replace(/\/Root \d+ 0 R(?![\s\S]*\/Root)/, `/Root ${document.size} 0 R`),
      'latin1',
    )
  },
  'a script that runs when it is opened': (pdf) => {
    const { root } = partsOf(pdf)
    const action = dict({ S: name('JavaScript') })
    return update(pdf, [[root.at.number, withEntry(root.dictionary, 'OpenAction', action)]])
  },
  'one of two signatures taken out of the form': (pdf) => {
    const { root, document, fields } = partsOf(pdf)
    const given = root.dictionary.entries.get('AcroForm')
    const form = document.follow(given)
    if (!isDict(form)) throw new Error('no form')
    const fewer = withEntry(
      form,
      'Fields',
      fields.slice(1).map(({ at }) => at),
    )
    if (isRef(given)) return update(pdf, [[given.number, fewer]])
    return update(pdf, [[root.at.number, withEntry(root.dictionary, 'AcroForm', fewer)]])
  },
}

/** Attacks that lie in the paper before it is signed: what is prepared, and what is done afterwards. */
const shadows: Record<string, { prepare(pdf: Buffer): Buffer; strike(pdf: Buffer, prepared: Buffer): Buffer }> = {
  'shadow, hide: what lies over the text is made empty': {
    prepare(pdf) {
      const { first, page, document } = partsOf(pdf)
      const number = document.size
      const contents = [ref(contentOf(pdf)), ref(number)]
      return update(pdf, [
        [first.number, withEntry(page, 'Contents', contents)],
        [number, stream('1 g 0 0 600 800 re f')],
      ])
    },
    strike: (pdf, prepared) => update(pdf, [[readDocument(prepared).size - 1, stream('')]]),
  },
  'shadow, replace: what the text is drawn with is written anew': {
    prepare(pdf) {
      const { first, page, document } = partsOf(pdf)
      const resources = document.follow(page.entries.get('Resources'))
      return update(pdf, [
        [first.number, withEntry(page, 'Resources', ref(document.size))],
        [document.size, resources],
      ])
    },
    strike: (pdf, prepared) => update(pdf, [[readDocument(prepared).size - 1, dict({ Font: dict() })]]),
  },
  'shadow, hide and replace: a table leads to an older text hidden in the signed part': {
    prepare(pdf) {
      const number = contentOf(pdf)
      return update(update(pdf, [[number, evil]]), [[number, readDocument(pdf).get(number)]])
    },
    strike(pdf, prepared) {
      const number = contentOf(pdf)
      const hidden =
        prepared.indexOf(
          `\n${number} 0 obj\n<</Length ${'BT /F1 12 Tf 100 700 Td (The amount is 9,000,000 dong.) Tj ET'.length}`,
        ) + 1
      assert.ok(hidden > 1)
      const last = readDocument(pdf)
      const root = last.trailer.entries.get('Root')
      const table = `xref\n${number} 1\n${String(hidden).padStart(10, '0')} 00000 n\r\ntrailer\n<</Size ${last.size}/Root ${isRef(root) ? root.number : 1} 0 R/Prev ${last.sections[0]?.at}>>\nstartxref\n${pdf.length}\n%%EOF\n`
      return Buffer.concat([pdf, Buffer.from(table, 'latin1')])
    },
  },
  'shadow, store: the text poses as material for later checks': {
    prepare(pdf) {
      const { root } = partsOf(pdf)
      return update(pdf, [[root.at.number, withEntry(root.dictionary, 'DSS', dict({ Certs: [ref(contentOf(pdf))] }))]])
    },
    strike: (pdf) => update(pdf, [[contentOf(pdf), evil]]),
  },
  'shadow, words: the text poses as words about the file': {
    prepare(pdf) {
      const { root } = partsOf(pdf)
      return update(pdf, [[root.at.number, withEntry(root.dictionary, 'Metadata', ref(contentOf(pdf)))]])
    },
    strike: (pdf) =>
      update(pdf, [
        [contentOf(pdf), { type: 'stream', dict: dict({ Type: name('Metadata'), Length: 1 }), raw: Buffer.from(' ') }],
      ]),
  },
}

async function makeSigner(trust: Trust) {
  const ctx = askingOf(trust)
  const stampTime = stampTimeOf(ctx)
  assert.ok(stampTime)
  const sign = (pdf: Buffer, who: 'person' | 'seal') =>
    signPdf({ pdf, means: trust.means(who), at: ctx.now, stampTime })
  const roots = readPem(readFileSync(join(trust.folder, 'root.pem'), 'utf8'))
  return { ctx, sign, check: (pdf: Buffer) => validateBytes(pdf, { roots, now: ctx.now }) }
}

test('every attack on a signed paper is found out, and the paper itself is in order', { skip }, async (t) => {
  const { sign, check } = await makeSigner(await startTrust())
  for (const streams of [false, true]) {
    const paper = await makePaper({ streams })
    const signed = await sign(await sign(paper, 'person'), 'seal')
    const right = await check(signed)
    assert.deepEqual([right.verdict, right.isWhole], ['valid', true], JSON.stringify(right))
    for (const [what, attack] of Object.entries(attacks)) {
      const report = await check(attack(signed))
      assert.equal(report.isWhole, false, what)
      assert.notEqual(report.verdict, 'valid', what)
      t.diagnostic(
        `${what}: ${report.verdict}: ${[report, ...report.signatures]
          .flatMap(({ findings }) => findings)
          .filter(({ weight }) => weight !== 'note')
          .map(({ code }) => code)
          .join(' ')}`,
      )
    }
  }
  for (const [what, { prepare, strike }] of Object.entries(shadows)) {
    const prepared = prepare(await makePaper())
    const signed = await sign(prepared, 'person')
    assert.equal((await check(signed)).verdict, 'valid', what)
    const report = await check(strike(signed, prepared))
    assert.equal(report.verdict, 'invalid', `${what}: ${JSON.stringify(report)}`)
    assert.ok(
      report.signatures[0]?.findings.some(({ code }) => code === 'changes.forbidden'),
      JSON.stringify(report),
    )
  }
})

test('no paper with one changed byte, anywhere, is found intact and whole', { skip }, async () => {
  const { ctx, sign, check } = await makeSigner(await startTrust())
  const once = await sign(await makePaper(), 'person')
  const corpus = [
    await sign(once, 'seal'),
    await sign(await makePaper({ streams: true }), 'seal'),
    await addDocumentStamp(ctx, await addValidationData(ctx, once)),
  ]
  for (const pdf of corpus) assert.equal((await check(pdf)).isWhole, true)
  // Places inside the signatures themselves are tried as often as all others: what is signed there is not all.
  const holes = corpus.map((pdf) => {
    const at = pdf.lastIndexOf('/Contents <')
    return [at, at + 20_000] as const
  })
  const place = fc.nat({ max: corpus.length - 1 }).chain((paper) => {
    const [from, to] = holes[paper] ?? [0, 0]
    const size = corpus[paper]?.length ?? 1
    return fc.record({
      paper: fc.constant(paper),
      at: fc.oneof(fc.nat({ max: size - 1 }), fc.integer({ min: from, max: Math.min(to, size - 1) })),
      by: fc.integer({ min: 1, max: 255 }),
    })
  })
  await fc.assert(
    fc.asyncProperty(place, async ({ paper, at, by }) => {
      const changed = Buffer.from(corpus[paper] ?? '')
      changed[at] = (changed[at] ?? 0) ^ by
      const report = await check(changed)
      assert.ok(!(report.isWhole && report.verdict === 'valid'), JSON.stringify(report))
    }),
    { numRuns: 300 },
  )
})
