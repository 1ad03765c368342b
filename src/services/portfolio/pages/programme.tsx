import { z } from 'zod'
import { type AsOf, findOrganisation, getHomePack, getOrganisation, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  DescriptionList,
  formatNumber,
  formatPercent,
  Notice,
  Section,
  Table,
  withQuery,
} from '#ui'
import { readPermission } from '../actions.ts'
import { findKeptSince } from '../former.ts'
import { type Nature, nameState, natureWords, type ProjectState, shareOf, states, unkeptState } from '../model.ts'
import {
  countProgramme,
  findProgramme,
  listProgrammes,
  type Programme,
  type ProgrammeCount,
  sumProgramme,
} from '../pack-store.ts'
import { KeptSince } from './kept-since.tsx'
import { notThen } from './then.ts'
import { listPath, moneyWords, programmePath, shareWords } from './words.ts'

interface Comparison {
  programme: Programme
  granted: string
  disbursed: string
  /** What the ledger sums to. */
  share: number | undefined
  illustration: number
}

async function compare(ctx: Context, programme: Programme, knownAt: Date | undefined): Promise<Comparison> {
  const { code, year } = programme
  const { granted, disbursed, illustration } = await sumProgramme(ctx.sql, code, { year, knownAt })
  return { programme, granted, disbursed, share: shareOf(Number(disbursed), Number(granted)), illustration }
}

/** What is stated, what the ledger sums to, and how far apart they are. */
function differenceWords({ programme, share, illustration }: Comparison): string {
  const { disbursedShare } = programme.stated
  if (disbursedShare === undefined) return ''
  const said = `nguồn nêu giải ngân ${formatPercent(disbursedShare, 2)} vốn được cấp`
  if (share === undefined) return `${said}; sổ chưa có vốn giao của năm ${programme.year} nên chưa đối chiếu được.`
  const apart = Math.abs(disbursedShare - share * 100)
  const made = illustration > 0 ? ` (gồm ${formatNumber(illustration)} dự án minh họa)` : ''
  return `${said}; sổ cộng ra ${shareWords(share)}${made}, chênh ${formatNumber(apart, 2)} điểm phần trăm.`
}

/** Programmes in a line each, above the list: what is stated beside what is summed. */
export function ProgrammeLines({ lines }: { lines: readonly { name: string; href: string; words: string }[] }) {
  if (lines.length === 0) return null
  return (
    <Notice>
      <ul class="plain-list">
        {lines.map(({ name, href, words }) => (
          <li key={href}>
            <a href={href}>{name}</a>
            {words && `: ${words}`}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** Of the programmes whose province or agency the caller reaches. */
export async function readProgrammeLines(ctx: Context, at: AsOf | undefined) {
  const all = await listProgrammes(ctx.sql, at?.knownAt)
  const reached = all.filter(({ organisation }) => ctx.can(readPermission, organisation))
  const found = await Promise.all(reached.map((programme) => compare(ctx, programme, at?.knownAt)))
  return found.map((one) => ({
    name: one.programme.name,
    href: programmePath(one.programme.code, at),
    words: differenceWords(one),
  }))
}

export const programmeRoute: Route = route({
  method: 'GET',
  path: `${listPath}/chuong-trinh/:code`,
  access: readPermission,
  params: z.strictObject({ code: z.string().max(80) }),
  query: z.object({ tai: z.string().max(30).optional() }),
  async handle(ctx, { params, query }) {
    const at = await readAsOf(ctx, query.tai)
    const programme = await getProgramme(ctx, params.code, at)
    const { currency } = (await getHomePack(ctx.sql)).card
    const counts = await countProgramme(ctx.sql, programme.code, at?.knownAt)
    const comparison = await compare(ctx, programme, at?.knownAt)
    const { stated, organisation } = programme
    const isUnverified = stated.unverified && (stated.disbursedShare ?? stated.projects ?? stated.tasks) !== undefined
    const then = at && (await findOrganisation(ctx.sql, organisation, at))
    const { name } = then ?? (await getOrganisation(ctx.sql, organisation))
    return page({
      title: programme.name,
      crumbs: [{ label: 'Danh mục dự án', href: withQuery(listPath, { tai: at?.text }) }],
      lead: `${name} · đối chiếu số được nêu với danh mục và sổ vốn`,
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what="chương trình" />
          <KeptSince
            since={
              counts.some(({ state }) => state === unkeptState) ? await findKeptSince(ctx.sql, { list: 'own' }) : null
            }
          />
          <Notice
            tone={isUnverified ? 'warning' : 'info'}
            title={isUnverified ? 'Chưa đối chiếu văn bản gốc' : undefined}
          >
            {[stated.source, stated.note].filter(Boolean).join(' ')}
          </Notice>
          <Section title={`Giải ngân năm ${programme.year}`}>
            {stated.disbursedShare !== undefined && <p>{upperFirst(differenceWords(comparison))}</p>}
            <DescriptionList
              inColumns
              items={[
                { term: 'Nguồn nêu', value: stated.disbursedShare && formatPercent(stated.disbursedShare, 2) },
                { term: 'Sổ cộng ra', value: shareWords(comparison.share) },
                { term: 'Vốn giao sau điều chỉnh (sổ)', value: moneyWords(comparison.granted, currency) },
                { term: 'Giải ngân (sổ)', value: moneyWords(comparison.disbursed, currency) },
              ]}
            />
          </Section>
          <Counts nature="project" stated={stated.projects} counts={counts} at={at} />
          <Counts nature="task" stated={stated.tasks} counts={counts} at={at} />
          <AsOfQuestion at={at} what="chương trình" />
        </div>
      ),
    })
  },
})

/** @throws Problem 404 for what is not the caller's to see, or was not known at that moment. */
async function getProgramme(ctx: Context, code: string, at: AsOf | undefined): Promise<Programme> {
  const isReached = (one: Programme | undefined) => one && ctx.can(readPermission, one.organisation)
  const programme = await findProgramme(ctx.sql, code, at?.knownAt)
  if (programme && isReached(programme)) return programme
  if (at && isReached(await findProgramme(ctx.sql, code))) throw notThen('programme', code, at)
  throw notFound('programme', code)
}

const upperFirst = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)

interface CountsProps {
  nature: Nature
  stated: { total: number; states: Partial<Record<ProjectState, number>> } | undefined
  counts: readonly ProgrammeCount[]
  at: AsOf | undefined
}

function Counts({ nature, stated, counts, at }: CountsProps) {
  if (!stated) return null
  const own = counts.filter((one) => one.nature === nature)
  const kept = (state?: string) => {
    const rows = own.filter((one) => state === undefined || one.state === state)
    return {
      count: rows.reduce((sum, one) => sum + one.count, 0),
      illustration: rows.reduce((sum, one) => sum + one.illustration, 0),
    }
  }
  const unaccounted = stated.total - Object.values(stated.states).reduce((sum, count) => sum + (count ?? 0), 0)
  const rows = [...states, unkeptState]
    .map((state) => ({
      state,
      name: nameState(state),
      said: state === 'unaccounted' ? unaccounted : (stated.states[state as ProjectState] ?? 0),
      ...kept(state),
    }))
    .filter(({ said, count }) => said > 0 || count > 0)
  const all = kept()
  const query = (state: string) => withQuery(listPath, { loai: nature, 'tinh-trang': state, tai: at?.text })
  return (
    <Section title={natureWords[nature]}>
      <Table
        caption={`${natureWords[nature]} theo tình trạng`}
        hideCaption
        rows={rows}
        rowKey={({ state }) => state}
        rowHref={({ state }) => query(state)}
        columns={[
          { key: 'name', title: 'Tình trạng', cell: ({ name }) => name, total: 'Tổng cộng' },
          {
            key: 'said',
            title: 'Nguồn nêu',
            kind: 'number',
            phone: true,
            cell: ({ said }) => formatNumber(said),
            total: formatNumber(stated.total),
          },
          {
            key: 'count',
            title: 'Trong danh mục',
            kind: 'number',
            phone: true,
            cell: ({ count }) => formatNumber(count),
            total: formatNumber(all.count),
          },
          {
            key: 'made',
            title: 'Trong đó minh họa',
            kind: 'number',
            cell: ({ illustration }) => formatNumber(illustration),
            total: formatNumber(all.illustration),
          },
          {
            key: 'apart',
            title: 'Chênh lệch',
            kind: 'number',
            phone: true,
            cell: ({ said, count }) => formatNumber(count - said),
            total: formatNumber(all.count - stated.total),
          },
        ]}
      />
    </Section>
  )
}
