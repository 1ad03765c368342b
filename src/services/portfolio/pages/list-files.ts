import { printPdf, tablesHtml } from '#files'
import type { Context } from '#platform/context'
import { file, type Reply } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { formatDateTime, formatNumber } from '#ui'
import { nameState, natureWords, shareOf, unkeptState } from '../model.ts'
import { listProjects, type Project, surveyProjects } from '../store.ts'
import { type Asked, pageOf } from './asked.ts'
import { nameOwners } from './names.ts'
import { disbursedShare, illustrationWord, inMillions, progressWords, shareWords, unitOf } from './words.ts'

const batch = 2000
const mostPrinted = 2000

async function* readAll(ctx: Context, asked: Asked): AsyncGenerator<Project> {
  let after: string | undefined
  for (;;) {
    const rows = await listProjects(ctx.sql, asked.query, pageOf(asked, after, batch))
    yield* rows
    after = rows.at(-1)?.code
    if (rows.length < batch) return
  }
}

const titles = [
  'Mã',
  'Tên',
  'Loại',
  'Mã chủ đầu tư',
  'Chủ đầu tư',
  'Tình trạng',
  'Giai đoạn',
  'Tiền tệ',
  'Tổng mức đầu tư',
  'Kế hoạch vốn',
  'Vốn giao sau điều chỉnh',
  'Giải ngân',
  'Tỷ lệ giải ngân (%)',
  'Số ngày chậm',
  'Vướng mắc chưa xử lý',
  'Minh họa',
  'Danh mục',
]

/** The whole filtered list as a file, a row at a time. */
export async function exportProjects(ctx: Context, asked: Asked, format: 'csv' | 'xlsx'): Promise<Reply> {
  const names = await nameOwners(ctx, (await surveyProjects(ctx.sql, asked.query)).organisations, asked.at)
  const source = asked.source?.name ?? ''
  const rows = async function* () {
    for await (const row of readAll(ctx, asked)) {
      const share = disbursedShare(row)
      yield [
        row.code,
        row.name,
        natureWords[row.nature],
        row.organisation,
        names.get(row.organisation) ?? row.organisation,
        nameState(row.state),
        row.phase,
        row.currency,
        Number(row.total),
        Number(row.planned),
        Number(row.granted),
        Number(row.disbursed),
        share === undefined ? null : Math.round(share * 10_000) / 100,
        row.state === unkeptState ? null : row.slipDays,
        row.state === unkeptState ? null : row.openObstacles,
        row.illustration ? illustrationWord : '',
        source,
      ]
    }
  }
  return tableFile(format, { name: 'danh-muc-du-an', titles, rows: rows() })
}

/** On paper: a PDF where the machine makes them, or the same sheet as a file that any browser prints. */
export async function printProjects(ctx: Context, asked: Asked, how: 'pdf' | 'html'): Promise<Reply> {
  const rows = await listProjects(ctx.sql, asked.query, pageOf(asked, undefined, mostPrinted + 1))
  const shown = rows.slice(0, mostPrinted)
  const { totals, organisations } = await surveyProjects(ctx.sql, asked.query)
  const names = await nameOwners(ctx, organisations, asked.at)
  const [only] = totals.length === 1 ? totals : []
  const { year } = asked.query
  const title = `Danh mục dự án: ${asked.source?.name ?? ''}`
  const unit = only ? unitOf(only.currency) : 'triệu'
  const html = tablesHtml({
    title,
    subtitle: `${year === undefined ? 'Vốn cộng các năm' : `Vốn năm ${year}`} · ${asked.at ? `số liệu như đã biết lúc ${formatDateTime(asked.at.knownAt, asked.at.timeZone)}` : `số liệu đến ${formatDateTime(ctx.now)}`}`,
    landscape: true,
    sections: [
      {
        title: 'Danh mục',
        words: `${rows.length > mostPrinted ? `In ${formatNumber(mostPrinted)} dòng đầu; cả danh mục ở tệp CSV, XLSX. ` : ''}Đơn vị tiền: ${unit}. Dòng ghi “${illustrationWord}” không phải số liệu thật.`,
        table: {
          columns: [
            { label: 'Dự án, nhiệm vụ' },
            { label: 'Chủ đầu tư' },
            { label: 'Tình trạng' },
            { label: 'Tổng mức', numeric: true },
            { label: 'Vốn giao', numeric: true },
            { label: 'Giải ngân', numeric: true },
            { label: 'Tỷ lệ', numeric: true },
            { label: 'Tiến độ' },
          ],
          rows: shown.map((row) => [
            row.illustration ? `${row.name} (${illustrationWord.toLowerCase()})` : row.name,
            names.get(row.organisation) ?? row.organisation,
            nameState(row.state),
            inMillions(row.total) ?? '–',
            inMillions(row.granted) ?? '–',
            inMillions(row.disbursed) ?? '–',
            shareWords(disbursedShare(row)) ?? '–',
            progressWords(row) ?? '–',
          ]),
          totals: only && [
            `Tổng cộng ${formatNumber(only.count)} dòng`,
            '',
            '',
            inMillions(only.total) ?? '–',
            inMillions(only.granted) ?? '–',
            inMillions(only.disbursed) ?? '–',
            shareWords(shareOf(Number(only.disbursed), Number(only.granted))) ?? '–',
            '',
          ],
        },
      },
    ],
  })
  if (how === 'html') return file('danh-muc-du-an.html', 'text/html; charset=utf-8', html)
  return file('danh-muc-du-an.pdf', 'application/pdf', await printPdf(ctx, html, { title }), true)
}
