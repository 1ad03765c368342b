import { BarChart, EmptyState, formatNumber, Section, Table } from '#ui'
import type { CapitalCell } from '../capital-store.ts'
import { fundWords, shareOf } from '../model.ts'
import type { Project } from '../store.ts'
import { inMillions, shareWords, unitOf } from './words.ts'

const yearWords = (year: number | null): string => (year === null ? 'Không theo năm' : `Năm ${year}`)

const sum = (cells: readonly CapitalCell[], key: 'planned' | 'allotted' | 'adjusted' | 'disbursed' | 'total') =>
  String(cells.reduce((all, cell) => all + Number(cell[key]), 0))

const millions = (amount: string | number) => Math.round(Number(amount) / 100_000) / 10

/** Source of capital × year: what was disbursed of what was granted, drawn and in figures. */
export function CapitalSection({ project, capital }: { project: Project; capital: readonly CapitalCell[] }) {
  const unit = unitOf(project.currency)
  if (capital.length === 0)
    return (
      <Section title="Vốn theo năm và nguồn vốn">
        <EmptyState title="Chưa có số liệu vốn">Vốn được cộng từ sổ biến động ở cuối trang này.</EmptyState>
      </Section>
    )
  const ofYears = capital.filter((cell) => Number(cell.planned) + Number(cell.allotted) + Number(cell.disbursed) > 0)
  return (
    <Section title="Vốn theo năm và nguồn vốn">
      <div class="stack">
        {ofYears.length > 0 && (
          <BarChart
            id="von"
            title={findingOf(capital)}
            measure={`Giải ngân theo năm và nguồn vốn, ${unit}; vạch đứng là vốn giao sau điều chỉnh`}
            source="Sổ biến động vốn của dự án"
            asOf={project.changedAt}
            labelTitle="Năm, nguồn vốn"
            valueTitle="Giải ngân"
            targetTitle="Vốn giao"
            unit={unit}
            decimals={1}
            bars={ofYears.map((cell) => ({
              label: `${yearWords(cell.year)} · ${fundWords[cell.fund]}`,
              value: millions(cell.disbursed),
              target: millions(Number(cell.allotted) + Number(cell.adjusted)) || undefined,
            }))}
          />
        )}
        <Table
          caption={`Vốn theo năm và nguồn vốn (${unit})`}
          rows={capital}
          rowKey={({ year, fund }) => `${year} ${fund}`}
          columns={[
            {
              key: 'cell',
              title: 'Năm, nguồn vốn',
              cell: ({ year, fund }) => `${yearWords(year)} · ${fundWords[fund]}`,
              total: 'Tổng cộng',
            },
            {
              key: 'total',
              title: 'Tổng mức',
              kind: 'number',
              cell: ({ total }) => inMillions(total),
              total: inMillions(sum(capital, 'total')) ?? formatNumber(0, 1),
            },
            {
              key: 'planned',
              title: 'Kế hoạch',
              kind: 'number',
              cell: ({ planned }) => inMillions(planned),
              total: inMillions(sum(capital, 'planned')) ?? formatNumber(0, 1),
            },
            {
              key: 'allotted',
              title: 'Giao',
              kind: 'number',
              phone: true,
              cell: ({ allotted }) => inMillions(allotted),
              total: inMillions(sum(capital, 'allotted')) ?? formatNumber(0, 1),
            },
            {
              key: 'adjusted',
              title: 'Điều chỉnh',
              kind: 'number',
              cell: ({ adjusted }) => inMillions(adjusted),
              total: inMillions(sum(capital, 'adjusted')) ?? formatNumber(0, 1),
            },
            {
              key: 'disbursed',
              title: 'Giải ngân',
              kind: 'number',
              phone: true,
              cell: ({ disbursed }) => inMillions(disbursed),
              total: inMillions(sum(capital, 'disbursed')) ?? formatNumber(0, 1),
            },
            {
              key: 'share',
              title: 'Tỷ lệ trên vốn giao',
              kind: 'number',
              phone: true,
              cell: (cell) =>
                shareWords(shareOf(Number(cell.disbursed), Number(cell.allotted) + Number(cell.adjusted))),
              total: shareWords(shareOf(Number(project.disbursed), Number(project.granted))),
            },
          ]}
        />
      </div>
    </Section>
  )
}

/** The latest year that has capital, in a sentence. */
function findingOf(capital: readonly CapitalCell[]): string {
  const year = capital.at(-1)?.year
  if (year === null || year === undefined) return 'Vốn chưa phân theo năm'
  const cells = capital.filter((cell) => cell.year === year)
  const share = shareOf(
    Number(sum(cells, 'disbursed')),
    Number(sum(cells, 'allotted')) + Number(sum(cells, 'adjusted')),
  )
  return share === undefined ? `Năm ${year} chưa giao vốn` : `Năm ${year} giải ngân ${shareWords(share)} vốn giao`
}
