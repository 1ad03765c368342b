import { z } from 'zod'
import { DirectivesOf, listDirectivesOf } from '#directives'
import { acceptOf, FileLink, inPieces, keepUpload, takeUpload } from '#files'
import { forbidden } from '#platform/errors'
import { type Reply, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  Button,
  DescriptionList,
  FileInput,
  Form,
  type FormError,
  formatDateTime,
  Progress,
  Section,
  Select,
  Table,
  TextArea,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { channels, exerciseWord, incidentPath, incidentsPath, taskStateNames } from '../model.ts'
import { sayWhen } from '../playbooks/model.ts'
import { getIncident, mayCommand, readPermission, topicOf } from '../record/access.ts'
import type { Incident } from '../record/store.ts'
import { listTasks, type Task } from '../record/task-store.ts'
import { addTask, assignTask, endTask, getTask, mayEnd, taskPath } from '../record/tasks.ts'
import { framePage } from './incident-frame.tsx'
import { Code, filePath } from './incident-log.tsx'
import { Moment, type Past, readPast } from './past.tsx'
import { AddForm, NewTaskBody } from './task-add-form.tsx'
import { columnsOf, Due, StateTag } from './task-parts.tsx'
import { errorAt, faultsOf, formKey, nameOrganisations, organisationOptions, readMoment } from './words.ts'

const base = `${incidentsPath}/:code/nhiem-vu`
const TaskParams = z.object({ code: z.string().max(40), number: z.coerce.number().int().positive().max(100_000) })
const Query = z.object({ tep: z.enum(['csv', 'xlsx']).optional().catch(undefined), tai: Moment })

const list = route({
  method: 'GET',
  path: base,
  access: readPermission,
  params: Code,
  query: Query,
  async handle(asker, { params, query }) {
    const past = await readPast(asker, query.tai)
    const { ctx, at } = past
    const incident = await getIncident(ctx, params.code, at)
    if (query.tep)
      return tableFile(query.tep, {
        name: `${incident.exercise ? 'dien-tap-' : ''}${incident.code}-nhiem-vu`,
        titles: [
          'Chế độ',
          'Số',
          'Nhiệm vụ',
          'Đơn vị',
          'Người',
          'Trạng thái',
          'Hạn',
          'Quá hạn lúc',
          'Kết thúc lúc',
          'Kết quả, lý do',
          'Tệp',
        ],
        rows: (await listTasks(ctx.sql, incident.code, at?.knownAt)).map((task) => [
          incident.exercise ? exerciseWord : 'Thật',
          task.number,
          task.title,
          task.organisation,
          task.assigneeName ?? task.role,
          taskStateNames[task.state],
          task.dueAt ? formatDateTime(task.dueAt) : '',
          task.lateAt ? formatDateTime(task.lateAt) : '',
          task.endedAt ? formatDateTime(task.endedAt) : '',
          task.result,
          task.file?.name,
        ]),
      })
    return listPage(past, incident, {}, [])
  },
})

const add = route({
  method: 'POST',
  path: base,
  access: 'incident:command',
  params: Code,
  body: NewTaskBody,
  async handle(ctx, { params, body }) {
    const incident = await getIncident(ctx, params.code)
    try {
      await addTask(ctx, incident.code, {
        title: body.title ?? '',
        what: body.viec ?? '',
        organisation: body['don-vi'] ?? '',
        assignee: body.nguoi,
        dueAt: (await readMoment(ctx, body.han, 'han')) ?? ctx.now,
        evidence: body['minh-chung'],
        formKey: body.khoa || formKey(),
      })
    } catch (error) {
      return listPage({ ctx, at: undefined }, incident, body, faultsOf(error, 'title'))
    }
    return redirect(`${incidentPath(incident.code)}/nhiem-vu`)
  },
})

const show = route({
  method: 'GET',
  path: `${base}/:number`,
  access: readPermission,
  params: TaskParams,
  query: z.object({ tai: Moment }),
  async handle(asker, { params, query }) {
    const past = await readPast(asker, query.tai)
    const incident = await getIncident(past.ctx, params.code, past.at)
    return taskPage(past, incident, { number: params.number, values: {}, errors: [] })
  },
})

const end = route({
  method: 'POST',
  path: `${base}/:number/ket-thuc`,
  access: readPermission,
  params: TaskParams,
  takes: 'upload',
  maxBytes: 200 * 1024 ** 2,
  async handle(ctx, { params, upload }) {
    const incident = await getIncident(ctx, params.code)
    const task = await getTask(ctx, incident.code, params.number)
    // Asked before a file is kept.
    if (!mayEnd(ctx, incident, task)) throw forbidden('incident:command', task.organisation)
    const form = await upload()
    const { fields } = form
    try {
      const file = await takeUpload(ctx, form, 'evidence')
      await ctx.transaction(async (ctx) =>
        endTask(ctx, incident.code, params.number, {
          state: fields.cach === 'skipped' ? 'skipped' : 'done',
          result: fields['ket-qua'],
          file: file && (await keepUpload(ctx, file, 'evidence')),
        }),
      )
    } catch (error) {
      return taskPage({ ctx, at: undefined }, incident, {
        number: params.number,
        values: fields,
        errors: faultsOf(error, 'ket-qua'),
      })
    }
    return redirect(`${incidentPath(incident.code)}/nhiem-vu`)
  },
})

const assign = route({
  method: 'POST',
  path: `${base}/:number/giao`,
  access: readPermission,
  params: TaskParams,
  body: z.object({ nguoi: z.string().max(80).default('') }),
  async handle(ctx, { params, body }) {
    const incident = await getIncident(ctx, params.code)
    try {
      await assignTask(ctx, incident.code, params.number, body.nguoi)
    } catch (error) {
      return taskPage({ ctx, at: undefined }, incident, {
        number: params.number,
        values: body,
        errors: faultsOf(error, 'nguoi'),
      })
    }
    return redirect(`${incidentPath(incident.code)}/nhiem-vu/${params.number}`)
  },
})

async function listPage(
  { ctx, at }: Past,
  incident: Incident,
  values: NewTaskBody,
  errors: readonly FormError[],
): Promise<Reply> {
  const tasks = await listTasks(ctx.sql, incident.code, at?.knownAt)
  const nameOf = await nameOrganisations(ctx, at)
  const own = `${incidentPath(incident.code)}/nhiem-vu`
  const tai = at?.text
  const ended = tasks.filter(({ state }) => state === 'done' || state === 'skipped').length
  return framePage(ctx, incident, {
    tab: 'tasks',
    past: { at },
    errors,
    body: (
      <div class="stack-large">
        <div id="nhiem-vu" class="stack" data-live={at ? undefined : topicOf(incident.code)} data-live-label="Nhiệm vụ">
          {tasks.length > 0 && <Progress label="Nhiệm vụ đã kết thúc" done={ended} total={tasks.length} />}
          <Table
            caption="Nhiệm vụ"
            id="cac-nhiem-vu"
            rows={tasks}
            rowKey={(task) => String(task.number)}
            rowHref={(task) => withQuery(taskPath(task), { tai })}
            downloads={{ csv: withQuery(own, { tai, tep: 'csv' }), xlsx: withQuery(own, { tai, tep: 'xlsx' }) }}
            columns={columnsOf(ctx.now, nameOf)}
            empty={{
              title: 'Chưa có nhiệm vụ nào',
              words: 'Nhiệm vụ sinh ra từ kịch bản được chọn khi mở, hoặc được thêm dưới đây.',
            }}
          />
        </div>
        <DirectivesOf
          title="Nhiệm vụ chỉ đạo từ tình huống này"
          rows={await listDirectivesOf(ctx, { kind: 'incident', code: incident.code }, at)}
        />
        {incident.state === 'open' && mayCommand(ctx, incident) && (
          <AddForm own={own} values={values} errors={errors} organisations={await organisationOptions(ctx)} />
        )}
      </div>
    ),
  })
}

async function taskPage(
  { ctx, at }: Past,
  incident: Incident,
  { number, values, errors }: { number: number; values: Record<string, string>; errors: readonly FormError[] },
): Promise<Reply> {
  const task = await getTask(ctx, incident.code, number, at?.knownAt)
  const nameOf = await nameOrganisations(ctx, at)
  const tasks = await listTasks(ctx.sql, incident.code, at?.knownAt)
  const titleOf = (step: string) => tasks.find((one) => one.step === step)?.title ?? step
  const acts = !at && incident.state === 'open' && mayEnd(ctx, incident, task)
  return framePage(ctx, incident, {
    tab: 'tasks',
    past: { at },
    islands: ['upload'],
    below: `Nhiệm vụ ${number}`,
    errors,
    body: (
      <div class="columns columns-main">
        <div class="stack">
          <h2>{task.title}</h2>
          <p>{task.what}</p>
          <DescriptionList
            items={[
              { term: 'Trạng thái', value: <StateTag task={task} now={ctx.now} /> },
              { term: 'Đơn vị', value: `${nameOf(task.organisation)}${task.role ? `, ${task.role}` : ''}` },
              { term: 'Người làm', value: task.assigneeName ?? 'cả đơn vị' },
              { term: 'Hạn', value: <Due task={task} now={ctx.now} /> },
              ...(task.dueRule ? [{ term: 'Cách tính hạn', value: sayWhen(task.dueRule, titleOf) }] : []),
              { term: 'Minh chứng cần có', value: task.evidence ?? 'không bắt buộc' },
              ...(task.endedAt
                ? [
                    { term: 'Kết thúc', value: <Time at={task.endedAt} exact /> },
                    { term: 'Người kết thúc', value: task.endedName },
                    { term: task.state === 'skipped' ? 'Lý do' : 'Kết quả', value: task.result },
                  ]
                : []),
              ...(task.file
                ? [
                    {
                      term: 'Tệp',
                      value: <FileLink file={task.file} href={filePath(incident.code, task.file.sha256)} />,
                    },
                  ]
                : []),
            ]}
          />
          <Messages incident={incident} task={task} mayDraft={incident.state === 'open' && mayCommand(ctx, incident)} />
        </div>
        {acts && (task.state === 'open' || task.state === 'waiting') && (
          <div class="stack-large">
            <EndForm task={task} values={values} errors={errors} />
            <Section title="Giao cho người">
              <Form action={`${taskPath(task)}/giao`} label="Giao cho người">
                <TextInput
                  name="nguoi"
                  label="Tài khoản"
                  hint="Để trống để trả về đơn vị."
                  value={values.nguoi ?? task.assignee ?? ''}
                  error={errorAt(errors, 'nguoi')}
                  optional
                />
                <Button>Giao</Button>
              </Form>
            </Section>
          </div>
        )}
      </div>
    ),
  })
}

function EndForm({
  task,
  values,
  errors,
}: {
  task: Task
  values: Record<string, string>
  errors: readonly FormError[]
}) {
  const waits = task.state === 'waiting'
  return (
    <Section title={waits ? 'Bỏ qua nhiệm vụ' : 'Kết thúc nhiệm vụ'} id="ket-thuc">
      <Form action={`${taskPath(task)}/ket-thuc`} files label="Kết thúc nhiệm vụ">
        <Select
          name="cach"
          label="Kết thúc thế nào"
          value={values.cach ?? (waits ? 'skipped' : 'done')}
          options={[
            ...(waits ? [] : [{ value: 'done', label: 'Đã làm xong' }]),
            { value: 'skipped', label: 'Bỏ qua, có lý do' },
          ]}
        />
        <TextArea
          name="ket-qua"
          label="Kết quả hoặc lý do"
          hint={task.evidence ? `Cần minh chứng: ${task.evidence}. Ghi ở đây hoặc đính kèm tệp.` : undefined}
          value={values['ket-qua'] ?? ''}
          maxLength={2000}
          error={errorAt(errors, 'ket-qua')}
        />
        <FileInput
          name="tep"
          label="Tệp minh chứng"
          accept={acceptOf('evidence')}
          inPieces={inPieces('evidence')}
          optional
        />
        <Button kind="primary">Ghi kết thúc</Button>
      </Form>
    </Section>
  )
}

function Messages({ incident, task, mayDraft }: { incident: Incident; task: Task; mayDraft: boolean }) {
  if (task.messages.length === 0) return null
  return (
    <Section title="Bản tin của bước này">
      <ul class="plain-list stack">
        {task.messages.map((message, index) => (
          <li key={message.title} class="panel stack-small">
            <strong>{incident.exercise ? `[${exerciseWord}] ${message.title}` : message.title}</strong>
            <p>{message.text}</p>
            <p class="muted small">{message.channels.map((one) => channels[one]).join(', ')}</p>
            {mayDraft && (
              <p>
                <Button
                  small
                  href={`${incidentPath(incident.code)}/ban-tin/soan?nhiem-vu=${task.number}&mau=${index}`}
                  label={`Soạn bản tin: ${message.title}`}
                >
                  Soạn bản tin
                </Button>
              </p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

export const incidentTaskRoutes: readonly Route[] = [list, add, show, end, assign]
