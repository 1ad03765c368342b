import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Route, redirect, route } from '#platform/http'
import { Button, formatNumber, Help, Notice, Section, Table, Tag, Time } from '#ui'
import { askRun } from '../inlets/inlet-jobs.ts'
import { changePull, getPull, managePulls, removePull } from '../inlets/pull.ts'
import { listPullStandings, type PullStanding } from '../inlets/pull-store.ts'
import { getReadableSource } from '../reading/scope.ts'

import { SourceTabs } from './parts.tsx'
import { fetchedWords, placeWords, scheduleWords } from './pull-words.ts'
import { landingPath, landingWords, listPath, outcomeWords, pullPath, pullsPath, sourcePath } from './words.ts'

const Params = z.strictObject({ code: z.string().max(64) })
const One = z.strictObject({ code: z.string().max(64), pull: z.coerce.number().int().positive() })
const Query = z.object({ chay: z.coerce.number().int().positive().optional().catch(undefined) })

const path = `${listPath}/:code/lay-du-lieu`

/** What is fetched for a source on a schedule, how it stands, and what can be done with it. */
export const pullListRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: managePulls,
    params: Params,
    query: Query,
    async handle(ctx, { params, query }) {
      const { source, contract } = await getManagedSource(ctx, params.code)
      const pulls = await listPullStandings(ctx.sql, params.code)
      return page({
        title: `Lấy dữ liệu theo lịch: ${contract.body.name}`,
        crumbs: [
          { label: 'Nguồn dữ liệu', href: listPath },
          { label: contract.body.name, href: sourcePath(params.code) },
        ],
        lead: 'Hệ thống tự đến lấy tệp hoặc dòng mới của cơ quan; giờ theo múi giờ của hợp đồng.',
        islands: ['live'],
        body: (
          <div class="stack-large">
            <SourceTabs
              code={params.code}
              current={pullsPath(params.code)}
              canImport={ctx.can('record:import', source.organisation)}
              canFetch
            />
            {source.pausedAt && (
              <Notice tone="warning" title="Nguồn đang tạm dừng">
                Chưa lấy gì cho tới khi nguồn được nhận lại.
              </Notice>
            )}
            <div id="cac-lich-lay" data-live={`source:${params.code}`} data-live-label="Các lịch lấy dữ liệu">
              {query.chay !== undefined && pulls.some(({ id }) => id === query.chay) && (
                <Notice role="status" title="Đã yêu cầu lấy ngay">
                  Kết quả hiện ở bảng dưới khi lấy xong.
                </Notice>
              )}
              <Pulls pulls={pulls} code={params.code} />
            </div>
            <Section title="Thêm một lịch lấy">
              <div class="row">
                <Button href={`${pullsPath(params.code)}/them?loai=http`} icon="add">
                  Tệp qua HTTP
                </Button>
                <Button href={`${pullsPath(params.code)}/them?loai=database`} icon="add">
                  Bảng của cơ sở dữ liệu
                </Button>
              </div>
            </Section>
            <HowItWorks hosts={ctx.config.pullHosts} />
          </div>
        ),
      })
    },
  }),
  ...(['tam-dung', 'lay-lai', 'chay', 'xoa'] as const).map((deed) =>
    route({
      method: 'POST',
      path: `${path}/:pull/${deed}`,
      access: managePulls,
      params: One,
      async handle(ctx, { params }) {
        await does[deed](ctx, params.code, params.pull)
        return redirect(deed === 'chay' ? `${pullsPath(params.code)}?chay=${params.pull}` : pullsPath(params.code))
      },
    }),
  ),
]

export async function getManagedSource(ctx: Context, code: string) {
  const found = await getReadableSource(ctx, code)
  ctx.require(managePulls, found.source.organisation)
  return found
}

async function setPaused(ctx: Context, code: string, id: number, paused: boolean): Promise<void> {
  const { pull } = await getPull(ctx, code, id)
  await changePull(ctx, id, { source: code, settings: pull.settings, schedule: pull.schedule, paused })
}

const does: Record<'tam-dung' | 'lay-lai' | 'chay' | 'xoa', (ctx: Context, code: string, id: number) => Promise<void>> =
  {
    'tam-dung': (ctx, code, id) => setPaused(ctx, code, id, true),
    'lay-lai': (ctx, code, id) => setPaused(ctx, code, id, false),
    chay: async (ctx, code, id) => {
      await getPull(ctx, code, id)
      await askRun(ctx, id)
    },
    xoa: removePull,
  }

function Pulls({ pulls, code }: { pulls: readonly PullStanding[]; code: string }) {
  return (
    <Table
      caption="Các lịch lấy dữ liệu của nguồn"
      hideCaption
      rows={pulls}
      rowKey={({ id }) => String(id)}
      rowHref={({ id }) => pullPath(code, id)}
      columns={[
        { key: 'place', title: 'Lấy từ', cell: ({ settings }) => <span class="code">{placeWords(settings)}</span> },
        { key: 'schedule', title: 'Lịch', cell: ({ schedule }) => scheduleWords(schedule) },
        { key: 'state', title: 'Trạng thái', phone: true, cell: (pull) => <PullState pull={pull} /> },
        {
          key: 'last',
          title: 'Lần gần nhất',
          phone: true,
          cell: ({ lastRunAt }) => (lastRunAt ? <Time at={lastRunAt} exact /> : 'chưa lấy lần nào'),
        },
        { key: 'outcome', title: 'Kết quả', phone: true, cell: (pull) => <LastRun pull={pull} /> },
        {
          key: 'next',
          title: 'Lần tới',
          cell: ({ pausedAt, nextRunAt }) =>
            pausedAt ? (
              'không, đang dừng'
            ) : nextRunAt ? (
              <Time at={nextRunAt} exact />
            ) : (
              'không có lần nào theo lịch này'
            ),
        },
      ]}
      empty={{
        title: 'Chưa lấy gì theo lịch',
        words: 'Thêm một lịch ở dưới: địa chỉ của tệp, hoặc bảng của cơ sở dữ liệu có cột tăng theo mỗi thay đổi.',
      }}
    />
  )
}

export function PullState({ pull }: { pull: Pick<PullStanding, 'pausedAt' | 'failures' | 'lastRunAt'> }) {
  if (pull.pausedAt) return <Tag>Tạm dừng</Tag>
  if (pull.failures > 0)
    return <Tag tone={pull.failures > 2 ? 'danger' : 'warning'}>{`Lỗi ${formatNumber(pull.failures)} lần liền`}</Tag>
  return pull.lastRunAt ? <span>Đang lấy theo lịch</span> : <Tag tone="info">Chờ lần đầu</Tag>
}

const counted = ['received', 'applied', 'superseded', 'duplicate', 'quarantined'] as const

/** The words of the last run, and what became of the records it brought. */
export function LastRun({ pull }: { pull: PullStanding }) {
  const { lastResult, landing } = pull
  if (!lastResult) return <span class="muted">chưa có</span>
  const fetched = fetchedWords(pull)
  return (
    <div class="stack-small">
      <p>
        {lastResult.message} {fetched && `(${fetched}, ${formatNumber(lastResult.seconds, 1)} giây)`}
      </p>
      {landing && (
        <p class="small">
          <a href={landingPath(pull.source, landing.id)}>{`Đợt ${landing.id}`}</a>
          {': '}
          {landing.state === 'done'
            ? counted
                .map((key) => `${outcomeWords[key].toLocaleLowerCase('vi')} ${formatNumber(landing[key])}`)
                .join(', ')
            : landingWords[landing.state].label.toLocaleLowerCase('vi')}
        </p>
      )}
    </div>
  )
}

function HowItWorks({ hosts }: { hosts: readonly string[] }) {
  return (
    <Help title="Lấy dữ liệu theo lịch hoạt động thế nào">
      <ul>
        <li>
          Chỉ đến được các máy chủ mà quản trị hệ thống đã ghi trong cấu hình TRAM_PULL_HOSTS
          {hosts.length > 0 ? `; hiện có: ${hosts.join(', ')}.` : '; hiện chưa có máy chủ nào.'}
        </li>
        <li>
          Mật khẩu và khóa truy cập không nhập ở đây: quản trị hệ thống đặt chúng thành tệp trong thư mục secrets/pull,
          trang này chỉ ghi tên tệp.
        </li>
        <li>
          Qua HTTP: chỉ tải khi tệp đã đổi (ETag, Last-Modified hoặc nội dung khác); đường truyền đứt thì tải tiếp từ
          chỗ dừng.
        </li>
        <li>
          Từ cơ sở dữ liệu: mỗi lần chỉ đọc các dòng có cột mốc lớn hơn lần trước, lùi lại một khoảng cho giao dịch ghi
          muộn; dòng đọc lại được nhận ra là trùng. Phiên kết nối chỉ đọc.
        </li>
        <li>Lỗi thì lời báo hiện ở bảng; lịch vẫn chạy, thưa dần khi lỗi nhiều lần liền.</li>
      </ul>
    </Help>
  )
}
