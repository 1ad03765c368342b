import { z } from 'zod'
import { listDefinitions, type StoredDefinition } from '#indicators'
import type { Organisation } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { Button, EmptyState, Section, searchKey, TextInput } from '#ui'
import { findByKey, type KeyHit, listFreshness, type SourceFreshness } from '#warehouse'
import { namesOf } from './setting.ts'
import { listUnits, readView, type View } from './view.tsx'

const path = '/tim'
const most = 20

interface Found {
  indicators: StoredDefinition[]
  units: Organisation[]
  sources: SourceFreshness[]
  records: KeyHit[]
}

/** Words in any order, with or without diacritics: first what begins with them, then what holds them as they stand, then as words. */
function match<T>(things: readonly T[], text: string, keyOf: (thing: T) => string): T[] {
  const asked = searchKey(text)
  const words = asked.split(' ').filter(Boolean)
  if (words.length === 0) return []
  return things
    .map((thing) => ({ thing, key: searchKey(keyOf(thing)) }))
    .filter(({ key }) => words.every((word) => key.includes(word)))
    .toSorted((a, b) => rank(a.key, asked, words) - rank(b.key, asked, words))
    .slice(0, most)
    .map(({ thing }) => thing)
}

/** "han" is a word of "đúng hạn", and only a part of "thành phố". */
function rank(key: string, asked: string, words: readonly string[]): number {
  if (key.startsWith(asked)) return 0
  if (key.includes(asked)) return 1
  return words.every((word) => ` ${key}`.includes(` ${word}`)) ? 2 : 3
}

async function search(ctx: Context, view: View, text: string): Promise<Found> {
  const { root, reach } = view
  const definitions = (await listDefinitions(ctx.sql)).filter(
    ({ rootOrganisation: own }) => own === root || reach === 'all' || reach.has(own),
  )
  const sources = (await listFreshness(ctx.sql)).filter(({ organisation }) => ctx.can('source:read', organisation))
  return {
    indicators: match(definitions, text, ({ code, body }) => `${body.name} ${code} ${body.nameEn} ${body.group}`),
    units: match(
      listUnits(view).map(({ row }) => row),
      text,
      ({ name, shortName, code }) => `${name} ${shortName ?? ''} ${code}`,
    ),
    sources: match(sources, text, ({ name, code }) => `${name} ${code}`),
    records: await findByKey(ctx, { key: text.trim(), limit: 10 }),
  }
}

const show = route({
  method: 'GET',
  path,
  access: 'indicator:read',
  query: z.object({ q: z.string().max(200).default('') }),
  async handle(ctx, { query: { q } }) {
    const view = await readView(ctx, {})
    const found = q.trim() ? await search(ctx, view, q) : undefined
    const count = found ? found.indicators.length + found.units.length + found.sources.length + found.records.length : 0
    return page({
      title: 'Tìm',
      crumbs: [{ label: 'Tổng quan điều hành', href: '/' }],
      lead: found ? `${count} kết quả cho “${q.trim()}”` : 'Chỉ tiêu, đơn vị, nguồn dữ liệu, và bản ghi theo mã.',
      body: (
        <div class="stack-large">
          <form class="row row-end" action={path} method="get" aria-label="Tìm trong hệ thống">
            <TextInput
              name="q"
              id="tim-q"
              type="search"
              label="Từ cần tìm"
              hint="Có thể gõ không dấu; mã hồ sơ gõ đủ hoặc phần đầu."
              value={q}
            />
            <Button kind="primary" icon="search">
              Tìm
            </Button>
          </form>
          {found && count === 0 && (
            <EmptyState title={`Không tìm thấy “${q.trim()}”`}>
              Thử ít từ hơn, hoặc gõ đủ phần đầu của mã bản ghi.
            </EmptyState>
          )}
          {found && <Results found={found} view={view} />}
        </div>
      ),
    })
  },
})

function Results({ found, view }: { found: Found; view: View }) {
  const nameOf = namesOf(view)
  return (
    <>
      <Hits
        title="Chỉ tiêu"
        hits={found.indicators.map(({ code, body }) => ({
          href: `/chi-tieu/${code}`,
          name: body.name,
          about: `${body.group} · ${nameOf(body.owner.organisation)}`,
        }))}
      />
      <Hits
        title="Đơn vị"
        hits={found.units.map(({ code, name }) => ({ href: `/don-vi/${code}`, name, about: code }))}
      />
      <Hits
        title="Nguồn dữ liệu"
        hits={found.sources.map(({ code, name, organisation }) => ({
          href: `/nguon/${code}`,
          name,
          about: nameOf(organisation),
        }))}
      />
      <Hits
        title="Bản ghi"
        hits={found.records.map(({ id, key, source, organisation }) => ({
          href: `/ban-ghi/${id}`,
          name: key,
          about: `nguồn ${source} · ${nameOf(organisation)}`,
        }))}
      />
    </>
  )
}

function Hits({ title, hits }: { title: string; hits: readonly { href: string; name: string; about: string }[] }) {
  if (hits.length === 0) return null
  return (
    <Section title={`${title} (${hits.length === most ? `${most} đầu tiên` : hits.length})`}>
      <ul class="matters">
        {hits.map(({ href, name, about }) => (
          <li key={href} class="matter">
            <a href={href}>{name}</a> <span class="muted small">{about}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

export const searchRoutes: readonly Route[] = [show]
