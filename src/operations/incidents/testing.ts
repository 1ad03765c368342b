/** What the tests of this room share: opening incidents, sending forms with files. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import type { Context } from '#platform/context'
import type { Asker } from '#test/harness'
import { openIncident } from './record/open.ts'

export const flood = {
  loai: 'flood',
  cap: '2',
  ten: 'Lũ trên sông Mẫu vượt báo động 2',
  noi: 'Phường Mẫu',
  'don-vi': 'H32',
  'kich-ban': 'lu-bd2',
  'chi-huy': 'yes',
}

/** Opens an incident through its form; an exercise through the form of exercises. */
export async function open(asker: Asker, fields: Record<string, string> = {}, exercise = false): Promise<string> {
  const path = exercise ? '/tinh-huong/mo-dien-tap' : '/tinh-huong/mo'
  const answer = await asker.submit(path, { ...flood, khoa: randomUUID(), ...fields })
  assert.equal(answer.statusCode, 303, answer.body.replace(/<[^>]+>/g, ' ').slice(0, 3000))
  return String(answer.headers.location).split('/').at(-1) ?? ''
}

/** Sends a form that may carry a file, as a browser does. */
export function sendParts(
  asker: Asker,
  url: string,
  fields: Record<string, string>,
  file?: { name: string; text: string },
): Promise<LightMyRequestResponse> {
  const border = `ranh-gioi-${randomUUID()}`
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${border}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  if (file)
    parts.push(
      `--${border}\r\ncontent-disposition: form-data; name="tep"; filename="${file.name}"\r\ncontent-type: text/plain\r\n\r\n${file.text}\r\n`,
    )
  return asker.inject({
    method: 'POST',
    url,
    headers: { 'content-type': `multipart/form-data; boundary=${border}` },
    payload: `${parts.join('')}--${border}--\r\n`,
  })
}

export const endTaskBy = (asker: Asker, code: string, number: number, fields: Record<string, string> = {}) =>
  sendParts(asker, `/tinh-huong/${code}/nhiem-vu/${number}/ket-thuc`, {
    cach: 'done',
    'ket-qua': 'Đã làm, có ảnh.',
    ...fields,
  })

/** Ends every task there is, step after step. */
export async function endAll(asker: Asker, code: string, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const answer = await endTaskBy(asker, code, number, { cach: 'skipped', 'ket-qua': 'Không cần trong lần này.' })
    assert.equal(answer.statusCode, 303, answer.body.replace(/<[^>]+>/g, ' ').slice(0, 2000))
  }
}

export const plain = (html: string): string =>
  html
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')

/** Opens an incident with a place on the map, led by who opens it, past its form. */
export const openPlaced = (ctx: Context): Promise<string> =>
  openIncident(ctx, {
    exercise: false,
    kind: 'cyber',
    level: 'high',
    title: 'Sự cố thử nghiệm',
    organisation: 'H32',
    place: 'Tòa nhà thử nghiệm',
    area: '22366',
    point: [109.19, 12.24],
    takesCommand: true,
    formKey: randomUUID(),
  })
