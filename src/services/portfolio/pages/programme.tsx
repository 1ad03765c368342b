import { z } from 'zod'
import { getHomePack, getOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import { DescriptionList, formatNumber, formatPercent, Notice, Section, Table } from '#ui'
import { readPermission } from '../actions.ts'
import { type Nature, natureWords, type ProjectState, shareOf, states, stateWords } from '../model.ts'
import {
  countProgramme,
  findProgramme,
  listProgrammes,
  type Programme,
  type ProgrammeCount,
  sumProgramme,
} from '../pack-store.ts'
import { listPath, moneyWords, programmePath, shareWords } from './words.ts'

interface Comparison {
  programme: Programme
  granted: string
  disbursed: string
  /** What the ledger sums to. */
  share: number | undefined
  illustration: number
}

async function compare(ctx: Context, programme: Programme): Promise<Comparison> {
  const { granted, disbursed, illustration } = await sumProgramme(ctx.sql, programme.code, programme.year)
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
            <a href={href}>{name}</a>: {words}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** Of the programmes whose province or agency the caller reaches. */
export async function readProgrammeLines(ctx: Context) {
  const reached = (await listProgrammes(ctx.sql)).filter(({ organisation }) => ctx.can(readPermission, organisation))
  const found = await Promise.all(reached.map((programme) => compare(ctx, programme)))
  return found.map((one) => ({
    name: one.programme.name,
    href: programmePath(one.programme.code),
    words: differenceWords(one),
  }))
}

export const programmeRoute: Route = route({
  method: 'GET',
  path: `${listPath}/chuong-trinh/:code`,
  access: readPermission,
  params: z.strictObject({ code: z.string().max(80) }),
  async handle(ctx, { params }) {
    const programme = await findProgramme(ctx.sql, params.code)
    if (!programme || !ctx.can(readPermission, programme.organisation)) throw notFound('programme', params.code)
    const { currency } = (await getHomePack(ctx.sql)).card
    const counts = await countProgramme(ctx.sql, programme.code)
    const comparison = await compare(ctx, programme)
    const { stated } = programme
    const organisation = await getOrganisation(ctx.sql, programme.organisation)
    return page({
      title: programme.name,
      crumbs: [{ label: 'Danh mục dự án', href: listPath }],
      lead: `${organisation.name} · đối chiếu số được nêu với danh mục và sổ vốn`,
      body: (
        <div class="stack-large">
          <Notice
            tone={stated.unverified ? 'warning' : 'info'}
            title={stated.unverified ? 'Chưa đối chiếu văn bản gốc' : undefined}
          >
            {[stated.source, stated.note].filter(Boolean).join(' ')}
          </Notice>
          <Section title={`Giải ngân năm ${programme.year}`}>
            <p>{upperFirst(differenceWords(comparison))}</p>
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
          <Counts nature="project" stated={stated.projects} counts={counts} />
          <Counts nature="task" stated={stated.tasks} counts={counts} />
        </div>
      ),
    })
  },
})

const upperFirst = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)

interface CountsProps {
  nature: Nature
  stated: { total: number; states: Partial<Record<ProjectState, number>> } | undefined
  counts: readonly ProgrammeCount[]
}

function Counts({ nature, stated, counts }: CountsProps) {
  if (!stated) return null
  const own = counts.filter((one) => one.nature === nature)
  const kept = (state?: ProjectState) => {
    const rows = own.filter((one) => state === undefined || one.state === state)
    return {
      count: rows.reduce((sum, one) => sum + one.count, 0),
      illustration: rows.reduce((sum, one) => sum + one.illustration, 0),
    }
  }
  const unaccounted = stated.total - Object.values(stated.states).reduce((sum, count) => sum + (count ?? 0), 0)
  const rows = states
    .map((state) => ({
      state,
      name: stateWords[state],
      said: state === 'unaccounted' ? unaccounted : (stated.states[state] ?? 0),
      ...kept(state),
    }))
    .filter(({ said, count }) => said > 0 || count > 0)
  const all = kept()
  const query = (state: string) => `${listPath}?loai=${nature}&tinh-trang=${state}`
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
