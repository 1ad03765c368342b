import { z } from 'zod'
import { printPdf } from '#files'
import { file, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  EmptyState,
  Form,
  type FormError,
  Notice,
  Section,
  Table,
  Tag,
  TextArea,
  Time,
  withQuery,
} from '#ui'
import { incidentPath, incidentsPath, titleOf } from '../model.ts'
import { getIncident, mayCommand, readPermission } from '../record/access.ts'
import { listReports, type QuickReport } from '../record/report-store.ts'
import { fillReport, getReport, reportHtml, saveReport, signReport } from '../record/reports.ts'
import type { Incident } from '../record/store.ts'
import { passwordField } from '../signing.ts'
import { PasswordField } from './incident-close.tsx'
import { framePage } from './incident-frame.tsx'
import { Code } from './incident-log.tsx'
import { Moment, type Past, readPast } from './past.tsx'
import { errorAt, faultsOf } from './words.ts'

const base = `${incidentsPath}/:code/bao-cao`
const Params = z.object({ code: z.string().max(40), version: z.coerce.number().int().positive().max(100_000) })
const pathOf = (code: string, version?: number): string =>
  `${incidentPath(code)}/bao-cao${version === undefined ? '' : `/${version}`}`

const list = route({
  method: 'GET',
  path: base,
  access: readPermission,
  params: Code,
  query: z.object({ tai: Moment }),
  async handle(asker, { params, query }) {
    const { ctx, at } = await readPast(asker, query.tai)
    const incident = await getIncident(ctx, params.code, at)
    const reports = await listReports(ctx.sql, incident.code, at?.knownAt)
    const draft = reports.find(({ state }) => state === 'draft')
    return framePage(ctx, incident, {
      tab: 'reports',
      past: { at },
      body: (
        <div class="stack">
          {mayCommand(ctx, incident) && (
            <Form action={pathOf(incident.code)} class="" label="Lập báo cáo nhanh">
              <Button icon="document" kind={draft ? 'plain' : 'primary'}>
                {draft ? 'Lấy lại từ diễn biến vào bản nháp' : 'Lập báo cáo nhanh từ diễn biến'}
              </Button>
            </Form>
          )}
          <Table
            caption="Báo cáo nhanh"
            rows={reports}
            rowKey={(one) => String(one.version)}
            rowHref={(one) => withQuery(pathOf(incident.code, one.version), { tai: at?.text })}
            empty={{
              title: 'Chưa có báo cáo nào',
              words: 'Báo cáo tự lấy nội dung từ diễn biến và nhiệm vụ; người lập sửa rồi ký.',
            }}
            columns={[
              { key: 'version', title: 'Báo cáo', cell: (one) => `Số ${one.version}` },
              { key: 'state', title: 'Trạng thái', phone: true, cell: (one) => <State report={one} /> },
              {
                key: 'filled',
                title: 'Lấy từ diễn biến lúc',
                phone: true,
                cell: (one) => <Time at={one.filledAt} exact />,
              },
              { key: 'edited', title: 'Người sửa cuối', cell: (one) => one.editedName },
              { key: 'signed', title: 'Người ký', phone: true, cell: (one) => one.signedName },
            ]}
          />
        </div>
      ),
    })
  },
})

const State = ({ report }: { report: QuickReport }) => (
  <Tag tone={report.state === 'signed' ? 'done' : 'neutral'}>{report.state === 'signed' ? 'Đã ký' : 'Bản nháp'}</Tag>
)

const make = route({
  method: 'POST',
  path: base,
  access: 'incident:command',
  params: Code,
  async handle(ctx, { params }) {
    const incident = await getIncident(ctx, params.code)
    return redirect(pathOf(incident.code, await fillReport(ctx, incident.code)))
  },
})

const show = route({
  method: 'GET',
  path: `${base}/:version`,
  access: readPermission,
  params: Params,
  query: z.object({ tai: Moment }),
  async handle(asker, { params, query }) {
    const past = await readPast(asker, query.tai)
    const incident = await getIncident(past.ctx, params.code, past.at)
    return reportPage(past, incident, { version: params.version, values: {}, errors: [] })
  },
})

const save = route({
  method: 'POST',
  path: `${base}/:version`,
  access: 'incident:command',
  params: Params,
  body: z.object({ viec: z.enum(['luu', 'ky']).default('luu') }).catchall(z.string().max(20_000)),
  async handle(ctx, { params, body }) {
    const incident = await getIncident(ctx, params.code)
    const { [passwordField]: password = '', ...texts } = body
    try {
      await saveReport(ctx, incident.code, params.version, texts)
      if (body.viec === 'ky') await signReport(ctx, incident.code, params.version, String(password))
    } catch (error) {
      return reportPage({ ctx, at: undefined }, incident, {
        version: params.version,
        values: texts,
        errors: faultsOf(error, passwordField),
      })
    }
    return redirect(pathOf(incident.code, params.version))
  },
})

const pdf = route({
  method: 'GET',
  path: `${base}/:version/pdf`,
  access: readPermission,
  params: Params,
  async handle(ctx, { params }) {
    const incident = await getIncident(ctx, params.code)
    const report = await getReport(ctx, incident.code, params.version)
    const title = `Báo cáo nhanh số ${report.version}: ${titleOf(incident)}`
    const bytes = await printPdf(ctx, await reportHtml(ctx, incident, report), { title })
    const name = `${incident.exercise ? 'DIEN-TAP-' : ''}${incident.code}-bao-cao-${report.version}.pdf`
    return file(name, 'application/pdf', bytes, true)
  },
})

async function reportPage(
  { ctx, at }: Past,
  incident: Incident,
  { version, values, errors }: { version: number; values: Record<string, string>; errors: readonly FormError[] },
): Promise<Reply> {
  const report = await getReport(ctx, incident.code, version, at?.knownAt)
  const edits = report.state === 'draft' && mayCommand(ctx, incident)
  return framePage(ctx, incident, {
    tab: 'reports',
    past: { at },
    below: `Báo cáo nhanh số ${version}`,
    errors,
    body: (
      <div class="stack-large">
        <DescriptionList
          inColumns
          items={[
            { term: 'Trạng thái', value: <State report={report} /> },
            { term: 'Lấy từ diễn biến', value: <Time at={report.filledAt} exact /> },
            ...(report.signedAt
              ? [
                  { term: 'Người ký', value: report.signedName },
                  { term: 'Ký lúc', value: <Time at={report.signedAt} exact /> },
                  { term: 'SHA-256', value: <span class="code">{report.digest}</span> },
                ]
              : []),
          ]}
        />
        {/* What is printed is the report of now: of a draft of then there is none. */}
        {(!at || report.state === 'signed') && (
          <p>
            <Button href={`${pathOf(incident.code, version)}/pdf`} icon="print">
              Bản in PDF
            </Button>
          </p>
        )}
        {edits ? (
          <EditForm incident={incident} report={report} values={values} errors={errors} />
        ) : (
          report.sections.map(({ key, title, text }) => (
            <Section key={key} title={title}>
              {text ? (
                text.split('\n').map((line, index) => <p key={`${index}-${line}`}>{line}</p>)
              ) : (
                <EmptyState title="Không có" />
              )}
            </Section>
          ))
        )}
      </div>
    ),
  })
}

interface EditProps {
  incident: Incident
  report: QuickReport
  values: Record<string, string>
  errors: readonly FormError[]
}

function EditForm({ incident, report, values, errors }: EditProps) {
  return (
    <Form action={pathOf(incident.code, report.version)} label="Sửa và ký báo cáo">
      <Notice title="Nội dung lấy từ diễn biến và nhiệm vụ">
        Sửa cho gọn và đúng, rồi ký. Bản đã ký không sửa được.
      </Notice>
      {report.sections.map(({ key, title, text }) => (
        <TextArea
          key={key}
          name={key}
          label={title}
          rows={Math.min(12, Math.max(3, text.split('\n').length + 1))}
          value={values[key] ?? text}
          maxLength={20_000}
          optional
        />
      ))}
      <PasswordField error={errorAt(errors, passwordField)} />
      <div class="row">
        <Button kind="primary" icon="sign" name="viec" value="ky">
          Ký báo cáo
        </Button>
        <Button name="viec" value="luu">
          Lưu nháp
        </Button>
      </div>
    </Form>
  )
}

export const incidentReportRoutes: readonly Route[] = [list, make, show, save, pdf]
