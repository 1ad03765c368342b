import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, DescriptionList, ErrorSummary, Form, type FormError, Notice, Section, Time } from '#ui'
import { changePull, createPull, getPull, managePulls } from '../inlets/pull.ts'
import type { PullSettings } from '../inlets/pull-settings.ts'
import { listPullStandings, type PullStanding } from '../inlets/pull-store.ts'
import { readSecret } from '../inlets/secret-file.ts'
import type { ContractRow } from '../store.ts'
import type { FormValues } from './form-fields.tsx'
import { emptyPullForm, PullFields, pullForm, readPullForm } from './pull-form.tsx'
import { driverNames, placeWords, scheduleWords, typeNames } from './pull-words.ts'
import { getManagedSource, LastRun, PullState } from './pulls.tsx'
import { listPath, pullPath, pullsPath, sourcePath } from './words.ts'

const Params = z.strictObject({ code: z.string().max(64) })
const One = z.strictObject({ code: z.string().max(64), pull: z.coerce.number().int().positive() })
const Type = z.object({ loai: z.enum(['http', 'database']).catch('http') })
const Body = z.record(z.string().max(40), z.union([z.string().max(20_000), z.array(z.string().max(300))]))

const path = `${listPath}/:code/lay-du-lieu`

export const pullEditRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${path}/them`,
    access: managePulls,
    params: Params,
    query: Type,
    async handle(ctx, { params, query }) {
      const { contract } = await getManagedSource(ctx, params.code)
      return newSheet(contract, query.loai, { values: emptyPullForm(query.loai, contract.body), errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: `${path}/them`,
    access: managePulls,
    params: Params,
    query: Type,
    body: Body,
    async handle(ctx, { params, query, body }) {
      const { contract } = await getManagedSource(ctx, params.code)
      const read = readPullForm(params.code, query.loai, body)
      const errors = 'errors' in read ? read.errors : await attempt(query.loai, () => createPull(ctx, read.pull))
      return errors.length > 0
        ? newSheet(contract, query.loai, { values: body, errors })
        : redirect(pullsPath(params.code))
    },
  }),
  route({
    method: 'GET',
    path: `${path}/:pull`,
    access: managePulls,
    params: One,
    async handle(ctx, { params }) {
      const { pull, contract } = await getPull(ctx, params.code, params.pull)
      const values = pullForm({ ...pull, paused: pull.pausedAt !== null })
      return sheet(ctx, contract, await getStanding(ctx, params.code, params.pull), { values, errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: `${path}/:pull`,
    access: managePulls,
    params: One,
    body: Body,
    async handle(ctx, { params, body }) {
      const { pull, contract } = await getPull(ctx, params.code, params.pull)
      const { type } = pull.settings
      const read = readPullForm(params.code, type, body)
      const errors = 'errors' in read ? read.errors : await attempt(type, () => changePull(ctx, pull.id, read.pull))
      if (errors.length === 0) return redirect(pullsPath(params.code))
      return sheet(ctx, contract, await getStanding(ctx, params.code, params.pull), { values: body, errors })
    },
  }),
]

async function getStanding(ctx: Context, code: string, id: number): Promise<PullStanding> {
  const found = (await listPullStandings(ctx.sql, code)).find((pull) => pull.id === id)
  if (!found) throw new Error(`pull ${id} went away while it was shown`)
  return found
}

/** A host that is not named in the configuration is the fault of the field that names it. */
async function attempt(type: PullSettings['type'], work: () => Promise<unknown>): Promise<FormError[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'pull.host-refused') throw error
    return [{ field: type === 'http' ? 'dia-chi' : 'may-chu', message: error.message }]
  }
}

interface Showing {
  values: FormValues
  errors: FormError[]
}

const crumbsOf = ({ source, body }: ContractRow) => [
  { label: 'Nguồn dữ liệu', href: listPath },
  { label: body.name, href: sourcePath(source) },
  { label: 'Lấy dữ liệu theo lịch', href: pullsPath(source) },
]

function newSheet(contract: ContractRow, type: PullSettings['type'], { values, errors }: Showing): Reply {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return page({
    title: type === 'http' ? 'Lấy tệp qua HTTP' : 'Lấy dòng mới của cơ sở dữ liệu',
    status: errors.length > 0 ? 422 : 200,
    crumbs: crumbsOf(contract),
    lead: `Cho nguồn “${contract.body.name}”, theo hợp đồng bản ${contract.version}.`,
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Form action={`${pullsPath(contract.source)}/them?loai=${type}`} label="Lịch lấy dữ liệu mới">
          <PullFields type={type} values={values} errorOf={errorOf} />
          <div class="row">
            <Button kind="primary">Thêm lịch lấy</Button>
            <Button href={pullsPath(contract.source)}>Không thêm</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

async function sheet(ctx: Context, contract: ContractRow, pull: PullStanding, showing: Showing): Promise<Reply> {
  const { values, errors } = showing
  const { settings } = pull
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const own = pullPath(contract.source, pull.id)
  return page({
    title: `Lịch lấy: ${placeWords(settings)}`,
    status: errors.length > 0 ? 422 : 200,
    crumbs: crumbsOf(contract),
    lead: `${typeNames[settings.type]} · ${scheduleWords(pull.schedule)}`,
    islands: ['live'],
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} />
        <div id="tinh-hinh" data-live={`source:${contract.source}`} data-live-label="Tình hình lấy">
          <Standing pull={pull} secretFault={await findSecretFault(ctx, settings)} />
        </div>
        <div class="row">
          <Form action={`${own}/chay`} class="" label="Lấy ngay">
            <Button icon="download">Lấy ngay</Button>
          </Form>
          <Form action={`${own}/${pull.pausedAt ? 'lay-lai' : 'tam-dung'}`} class="" label="Tạm dừng">
            <Button>{pull.pausedAt ? 'Lấy lại theo lịch' : 'Tạm dừng'}</Button>
          </Form>
        </div>
        <Section title="Sửa lịch lấy">
          <Form action={own} label="Sửa lịch lấy">
            <PullFields type={settings.type} values={values} errorOf={errorOf} />
            <div class="row">
              <Button kind="primary">Lưu</Button>
            </div>
            <p class="small muted">Đổi nơi lấy thì lần tới lấy lại từ đầu; đổi lịch thì đi tiếp từ chỗ đã lấy.</p>
          </Form>
        </Section>
        <Section title="Xóa lịch lấy">
          <p class="muted">Thôi lấy từ nơi này. Dữ liệu đã nhận giữ nguyên.</p>
          <Form action={`${own}/xoa`} label="Xóa lịch lấy">
            <Button kind="danger">Xóa lịch lấy này</Button>
          </Form>
        </Section>
      </div>
    ),
  })
}

function Standing({ pull, secretFault }: { pull: PullStanding; secretFault: string | undefined }) {
  const { settings, lastResult, position } = pull
  return (
    <div class="stack">
      {settings.type === 'database' && !driverNames[settings.driver].isTried && (
        <Notice tone="warning" title={`${driverNames[settings.driver].name}: chưa được thử`}>
          Trình kết nối này chưa chạy thử với máy chủ thật. Hãy đối chiếu số dòng của lần lấy đầu.
        </Notice>
      )}
      {secretFault && (
        <Notice tone="warning" title="Thiếu tệp bí mật">
          {secretFault}
        </Notice>
      )}
      {lastResult?.outcome === 'failed' && (
        <Notice tone="warning" title={`Lần gần nhất không lấy được (${pull.failures} lần liền)`}>
          {lastResult.message}
        </Notice>
      )}
      <DescriptionList
        items={[
          { term: 'Trạng thái', value: <PullState pull={pull} /> },
          { term: 'Lần gần nhất', value: pull.lastRunAt && <Time at={pull.lastRunAt} exact /> },
          { term: 'Kết quả', value: lastResult && lastResult.outcome !== 'failed' && <LastRun pull={pull} /> },
          {
            term: 'Lần tới',
            value: pull.pausedAt ? 'không, đang dừng' : pull.nextRunAt && <Time at={pull.nextRunAt} exact />,
          },
          settings.type === 'http'
            ? { term: 'Dấu của tệp đã lấy (ETag)', value: position.etag ?? position.lastModified }
            : { term: 'Mốc đã lấy tới', value: position.watermark },
        ]}
      />
    </div>
  )
}

async function findSecretFault(ctx: Context, settings: PullSettings): Promise<string | undefined> {
  const name = settings.type === 'http' ? settings.authorizationSecret : settings.passwordSecret
  if (name === undefined) return undefined
  try {
    await readSecret(ctx.config, name)
    return undefined
  } catch (error) {
    if (error instanceof Problem) return `${error.message} Đề nghị quản trị hệ thống đặt tệp này.`
    throw error
  }
}
