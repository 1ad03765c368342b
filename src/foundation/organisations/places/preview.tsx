// What a table tool shows of a unit in a small frame of its own, on its own site: no sign-in, no script, nothing loaded.
import type { Context } from '#platform/context'
import { answer, type Reply } from '#platform/http'
import { formatDate, renderFragment } from '#ui'
import type { Place } from './country.ts'
import { placeInWords } from './words-of.ts'

export const previewSize = { width: 400, height: 220 } as const

const headers = {
  'content-type': 'text/html; charset=utf-8',
  // Any site may frame it.
  'content-security-policy': "default-src 'none'; frame-ancestors *",
  'cross-origin-opener-policy': 'unsafe-none',
}

export function previewOf(ctx: Context, place: Place): Reply {
  const surroundings = { now: ctx.now, timeZone: 'Asia/Ho_Chi_Minh', address: '', csrf: undefined }
  const body = renderFragment(surroundings, <Preview place={place} />)
  return answer(200, headers, `<!doctype html>${body}`)
}

function Preview({ place }: { place: Place }) {
  const { validFrom, validTo } = place
  return (
    <html lang="vi">
      <head>
        <meta charset="utf-8" />
        <title>{place.name}</title>
      </head>
      <body>
        <h1>{place.name}</h1>
        <p>{placeInWords(place)}</p>
        <p>
          Mã thống kê {place.officialCode ?? place.code}
          {validFrom && ` · từ ${formatDate(validFrom)}`}
          {validTo && ` · đến hết ${formatDate(validTo)}`}
        </p>
        <Links title="Hình thành từ" links={place.predecessors} />
        <Links title="Nay thuộc" links={place.successors} />
      </body>
    </html>
  )
}

function Links({ title, links }: { title: string; links: Place['successors'] }) {
  if (links.length === 0) return null
  return (
    <p>
      {title}: {links.map(({ place, share }) => `${place.name}${share === 'part' ? ' (một phần)' : ''}`).join(', ')}
    </p>
  )
}
