import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  Checkbox,
  ErrorSummary,
  Form,
  type FormError,
  type Option,
  Select,
  TextArea,
  TextInput,
  withQuery,
} from '#ui'
import { kindCodes, kinds, playbooksPath as path } from '../model.ts'
import { createPlaybook, getVersion, saveDraft } from '../playbooks/actions.ts'
import * as store from '../playbooks/store.ts'
import { homeOrganisation } from '../record/open.ts'
import { type Draft, draftOf, emptyStep, readDraft, turnSteps } from './playbook-draft.ts'
import { type ErrorOf, StepFields } from './playbook-step-fields.tsx'
import { crumbs, PlaybookCode, playbookPath } from './playbooks.tsx'
import { errorAt, faultsOf, organisationOptions } from './words.ts'

/** The form's names are `buoc-N-…`: a step of the playbook is a block of fields. */
const Body = z.record(z.string().max(80), z.union([z.string().max(4000), z.array(z.string().max(4000)).max(300)]))

const create = route({
  method: 'GET',
  path: `${path}/tao-moi`,
  access: 'incident:command',
  async handle(ctx) {
    const draft: Draft = { ...emptyDraft, steps: [emptyStep()] }
    return editPage(ctx, { draft, errors: [], code: undefined })
  },
})

const emptyDraft: Omit<Draft, 'steps'> = {
  code: '',
  title: '',
  kind: 'other',
  level: '',
  incidentLevel: '',
  purpose: '',
  source: '',
  unverified: true,
  contacts: '',
  aliases: '',
}

const insert = route({
  method: 'POST',
  path: `${path}/tao-moi`,
  access: 'incident:command',
  body: Body,
  async handle(ctx, { body }) {
    const draft = readDraft(body)
    const turned = turnSteps(draft, body.viec)
    if (turned) return editPage(ctx, { draft: turned, errors: [], code: undefined })
    try {
      await createPlaybook(ctx, { code: draft.code, organisation: await homeOrganisation(ctx), body: draftOf(draft) })
    } catch (error) {
      return editPage(ctx, { draft, errors: faultsAt(error), code: undefined })
    }
    return redirect(withQuery(playbookPath(draft.code), { ban: 1 }))
  },
})

const edit = route({
  method: 'GET',
  path: `${path}/:code/sua`,
  access: 'incident:command',
  params: PlaybookCode,
  async handle(ctx, { params }) {
    const { body, organisation } = await newestOf(ctx, params.code)
    ctx.require('incident:command', organisation)
    return editPage(ctx, { draft: readDraft(body, params.code), errors: [], code: params.code })
  },
})

/** The draft there is, else the version in force. */
async function newestOf(ctx: Context, code: string): Promise<store.PlaybookVersion> {
  const draft = (await store.listVersions(ctx.sql, code)).find(({ state }) => state === 'draft')
  return draft ?? getVersion(ctx, code)
}

const save = route({
  method: 'POST',
  path: `${path}/:code/sua`,
  access: 'incident:command',
  params: PlaybookCode,
  body: Body,
  async handle(ctx, { params, body }) {
    const { organisation } = await newestOf(ctx, params.code)
    ctx.require('incident:command', organisation)
    const draft = { ...readDraft(body), code: params.code }
    const turned = turnSteps(draft, body.viec)
    if (turned) return editPage(ctx, { draft: turned, errors: [], code: params.code })
    try {
      const version = await saveDraft(ctx, params.code, draftOf(draft))
      return redirect(withQuery(playbookPath(params.code), { ban: version }))
    } catch (error) {
      return editPage(ctx, { draft, errors: faultsAt(error), code: params.code })
    }
  },
})

/** Paths of the body, `steps.2.when`, are fields of the form: `buoc-2-when`. */
function faultsAt(error: unknown): FormError[] {
  return faultsOf(error, 'title').map(({ field, message }) => {
    const [, index, name = '', part] = /^steps\.(\d+)\.?([a-z]*)\.?([a-z]*)/.exec(field) ?? []
    if (index === undefined) return { field: field.split('.')[0] ?? 'title', message }
    const known: Record<string, string> = {
      who: part === 'role' ? 'role' : 'organisation',
      when: 'amount',
      messages: 'message',
    }
    return {
      field: `buoc-${index}-${known[name] ?? (name || 'title')}`,
      message: `Bước ${Number(index) + 1}: ${message}`,
    }
  })
}

interface Editing {
  draft: Draft
  errors: readonly FormError[]
  code: string | undefined
}

async function editPage(ctx: Context, { draft, errors, code }: Editing): Promise<Reply> {
  const organisations = await organisationOptions(ctx)
  const error = (field: string) => errorAt(errors, field)
  return page({
    title: code ? `Sửa kịch bản: ${draft.title}` : 'Soạn kịch bản mới',
    crumbs: code ? [...crumbs, { label: draft.title || code, href: playbookPath(code) }] : crumbs,
    status: errors.length > 0 ? 422 : 200,
    lead: 'Lưu thành bản dự thảo; người khác duyệt thì mới dùng.',
    body: (
      <Form action={code ? `${playbookPath(code)}/sua` : `${path}/tao-moi`} label="Kịch bản">
        <ErrorSummary errors={errors} title="Chưa lưu được bản dự thảo" />
        {!code && (
          <TextInput
            name="code"
            label="Mã"
            hint="Chữ thường không dấu, chữ số, gạch ngang. Ví dụ lu-bao-dong-2."
            value={draft.code}
            maxLength={40}
            error={error('code')}
          />
        )}
        <Head draft={draft} error={error} />
        {draft.steps.map((step, index) => (
          <StepFields
            key={`${step.key}-${index}`}
            step={step}
            index={index}
            steps={draft.steps}
            organisations={organisations}
            error={error}
          />
        ))}
        <input type="hidden" name="so-buoc" value={String(draft.steps.length)} />
        <div class="row">
          <Button kind="primary" name="viec" value="luu">
            Lưu bản dự thảo
          </Button>
          <Button icon="add" name="viec" value="them">
            Thêm bước
          </Button>
        </div>
      </Form>
    ),
  })
}

const levels: Option[] = [
  ...['1', '2', '3'].map((value) => ({ value: `flood-alarm:${value}`, label: `Báo động ${value} (BĐ${value})` })),
  ...['1', '2', '3', '4', '5'].map((value) => ({ value: `risk:${value}`, label: `Rủi ro thiên tai Cấp ${value}` })),
  { value: 'severity:critical', label: 'Cảnh báo nghiêm trọng' },
  { value: 'severity:high', label: 'Cảnh báo cao' },
  { value: 'severity:medium', label: 'Cảnh báo trung bình' },
  { value: 'severity:low', label: 'Cảnh báo thấp' },
]

function Head({ draft, error }: { draft: Draft; error: ErrorOf }) {
  return (
    <>
      <TextInput name="title" label="Tên" value={draft.title} maxLength={200} error={error('title')} />
      <Select
        name="kind"
        label="Loại"
        value={draft.kind}
        error={error('kind')}
        options={kindCodes.map((value) => ({ value, label: kinds[value].name }))}
      />
      <Select name="level" label="Cấp" empty="Mọi cấp" value={draft.level} error={error('level')} options={levels} />
      <input type="hidden" name="incidentLevel" value={draft.incidentLevel} />
      <input type="hidden" name="aliases" value={draft.aliases} />
      <TextArea
        name="purpose"
        label="Mục đích"
        rows={2}
        value={draft.purpose}
        maxLength={1000}
        error={error('purpose')}
      />
      <TextArea
        name="source"
        label="Căn cứ"
        hint="Văn bản, phương án hoặc kinh nghiệm mà kịch bản theo."
        rows={2}
        value={draft.source}
        maxLength={1000}
        error={error('source')}
      />
      <Checkbox name="unverified" label="Chưa đối chiếu văn bản gốc" checked={draft.unverified} />
      <TextArea
        name="contacts"
        label="Đầu mối liên lạc"
        hint="Mỗi dòng một đầu mối: tên, dấu hai chấm, cách gọi."
        rows={3}
        value={draft.contacts}
        error={error('contacts')}
        optional
      />
    </>
  )
}

export const playbookEditRoutes: readonly Route[] = [create, insert, edit, save]
