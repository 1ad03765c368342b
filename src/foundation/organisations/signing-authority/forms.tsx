import { z } from 'zod'
import type { Context } from '#platform/context'
import { forbidden, notFound } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  Checkboxes,
  DateInput,
  ErrorSummary,
  Form,
  type FormError,
  Notice,
  Radios,
  readDateInput,
  Select,
  TextInput,
} from '#ui'
import { citeDecision } from '../model.ts'
import { organisationOf } from '../offices/model.ts'
import { attempt, FormBody } from '../offices/position-form.tsx'
import { DeedFields } from '../pages/change.tsx'
import { listOf, readDecision, readDeed, textOf, type Values } from '../pages/forms.ts'
import { listDescendantCodes, organisationTree, today } from '../tree/read.ts'
import { giveAuthority, listPosts, manageAuthorities, revokeAuthority } from './actions.ts'
import { documentKinds, everyKind, sayKinds } from './document-kinds.ts'
import { authorityForms, NewAuthority, type Post } from './model.ts'
import { findAuthorityById, type GivenAuthority } from './store.ts'
import { titlesOf } from './titles.ts'
import { authorityPath, formWords } from './words.ts'

interface Sheet {
  values: Values
  errors: FormError[]
}

const crumbs = [{ label: 'Thẩm quyền ký', href: authorityPath }]

const hints = {
  KT: 'Cấp phó ký thay người đứng đầu của chính đơn vị.',
  TL: 'Người đứng đầu đơn vị trực thuộc ký theo lệnh; cấp phó của người đó ký được nếu có cả ký thay (KT.).',
  TUQ: 'Người đứng đầu đơn vị trực thuộc ký có thời hạn, có giới hạn nội dung; không được ủy quyền lại.',
}

/** Heads of the organisations within reach, and everybody who may sign for one of them. */
async function listChoices(ctx: Context): Promise<{ heads: Post[]; signatories: Post[] }> {
  const asOf = await today(ctx)
  const reach = ctx.reach(manageAuthorities)
  const tree = await organisationTree(ctx.sql, { asOf })
  const own = tree.nodes.map(({ row }) => row.code).filter((code) => reach === 'all' || reach.has(code))
  const below = new Set(own)
  if (reach !== 'all')
    for (const code of own) for (const one of await listDescendantCodes(ctx.sql, code, { asOf })) below.add(one)
  const posts = await listPosts(ctx, [...below], asOf)
  const mine = new Set(own)
  return {
    heads: posts.filter(({ rank, organisation }) => rank === 'head' && mine.has(organisation)),
    signatories: posts.filter(({ rank }) => rank !== 'officer'),
  }
}

const optionOf = ({ code, title, organisationName }: Post) => ({ value: code, label: `${title}, ${organisationName}` })

async function giveSheet(ctx: Context, { values, errors }: Sheet): Promise<Reply> {
  const { heads, signatories } = await listChoices(ctx)
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const date = (name: string) => ({
    day: textOf(values, `${name}-day`),
    month: textOf(values, `${name}-month`),
    year: textOf(values, `${name}-year`),
  })
  return page({
    title: 'Ghi thẩm quyền ký',
    lead: 'Theo Nghị định 30/2020/NĐ-CP, Điều 13 (chưa đối chiếu toàn văn).',
    status: errors.length > 0 ? 422 : 200,
    crumbs,
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Form action={`${authorityPath}/giao`} label="Ghi thẩm quyền ký">
          <Radios
            name="hinh-thuc"
            label="Hình thức"
            value={textOf(values, 'hinh-thuc')}
            error={errorOf('hinh-thuc')}
            options={authorityForms.map((form) => ({ value: form, label: formWords[form], hint: hints[form] }))}
          />
          <Select
            name="nguoi-giao"
            label="Người đứng đầu giao"
            empty="Chọn chức danh"
            value={textOf(values, 'nguoi-giao')}
            error={errorOf('nguoi-giao')}
            options={heads.map(optionOf)}
          />
          <Select
            name="nguoi-ky"
            label="Chức danh được giao ký"
            empty="Chọn chức danh"
            value={textOf(values, 'nguoi-ky')}
            error={errorOf('nguoi-ky')}
            options={signatories.map(optionOf)}
          />
          <TextInput
            name="rieng"
            label="Chỉ một người (tên đăng nhập)"
            hint="Khi nhiều người giữ cùng chức danh và chỉ giao cho một người."
            value={textOf(values, 'rieng')}
            error={errorOf('rieng')}
            width="20"
            maxLength={63}
            optional
          />
          <Checkboxes
            name="loai"
            label="Loại văn bản"
            values={listOf(values, 'loai')}
            error={errorOf('loai')}
            options={[
              { value: everyKind, label: 'Mọi loại văn bản' },
              ...Object.entries(documentKinds).map(([value, label]) => ({ value, label })),
            ]}
          />
          <TextInput
            name="pham-vi"
            label="Phạm vi, lĩnh vực"
            hint="Theo văn bản giao; bắt buộc với ký thừa ủy quyền."
            value={textOf(values, 'pham-vi')}
            error={errorOf('pham-vi')}
            maxLength={500}
            optional
          />
          <TextInput
            name="chuc-vu-in"
            label="Chức vụ in trên văn bản"
            hint="Để trống thì in tên chức danh, kèm tên đơn vị khi ký thừa lệnh, thừa ủy quyền."
            value={textOf(values, 'chuc-vu-in')}
            maxLength={200}
            optional
          />
          <DateInput name="tu" label="Từ ngày" value={date('tu')} error={errorOf('tu')} />
          <DateInput name="den" label="Đến hết ngày" value={date('den')} error={errorOf('den')} optional />
          <DeedFields values={values} errors={errors} withoutDay />
          <div class="row">
            <Button kind="primary">Ghi thẩm quyền ký</Button>
            <Button href={authorityPath}>Không ghi</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

function readAuthority(values: Values, errors: FormError[]): NewAuthority | undefined {
  const [decisionErrors, dayErrors]: [FormError[], FormError[]] = [[], []]
  const decision = readDecision(values, decisionErrors)
  const day = (name: string) => {
    const read = readDateInput(values, name)
    if (read === 'invalid' || (read === undefined && name === 'tu'))
      dayErrors.push({ field: name, message: 'Ngày phải có đủ ngày, tháng, năm, ví dụ 01/12/2026.' })
    return read === 'invalid' ? undefined : read
  }
  const [validFrom, validTo] = [day('tu'), day('den')]
  const need: [string, string][] = [
    ['hinh-thuc', 'Chọn hình thức ký.'],
    ['nguoi-giao', 'Chọn người đứng đầu giao.'],
    ['nguoi-ky', 'Chọn chức danh được giao ký.'],
    ['loai', 'Chọn ít nhất một loại văn bản.'],
  ]
  for (const [field, message] of need) if (listOf(values, field).length === 0) errors.push({ field, message })
  errors.push(...dayErrors, ...decisionErrors)
  if (errors.length > 0) return undefined
  const kinds = listOf(values, 'loai')
  const parsed = NewAuthority.safeParse({
    form: textOf(values, 'hinh-thuc'),
    principal: textOf(values, 'nguoi-giao'),
    signatory: textOf(values, 'nguoi-ky'),
    account: textOf(values, 'rieng') || undefined,
    kinds: kinds.includes(everyKind) ? [everyKind] : kinds,
    scope: textOf(values, 'pham-vi') || undefined,
    printedTitle: textOf(values, 'chuc-vu-in') || undefined,
    document: citeDecision(decision),
    documentOn: decision.issuedOn,
    validFrom,
    validTo,
  })
  if (parsed.success) return parsed.data
  const fields: Record<string, string> = {
    form: 'hinh-thuc',
    principal: 'nguoi-giao',
    signatory: 'nguoi-ky',
    kinds: 'loai',
    account: 'rieng',
  }
  for (const { path } of parsed.error.issues)
    errors.push({ field: fields[String(path[0])] ?? 'so', message: 'Giá trị này không có trong danh sách; chọn lại.' })
}

async function revokeSheet(ctx: Context, given: GivenAuthority, { values, errors }: Sheet): Promise<Reply> {
  const say = await titlesOf(ctx, [given], await today(ctx))
  return page({
    title: 'Thu hồi thẩm quyền ký',
    status: errors.length > 0 ? 422 : 200,
    crumbs,
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Notice>
          {`${formWords[given.form]}: ${say(given.signatory)} ký cho ${say(given.principal)}, ${sayKinds(given.kinds).toLocaleLowerCase('vi')}, theo ${given.document}. Từ ngày hiệu lực dưới đây không ký được nữa.`}
        </Notice>
        <Form action={`${authorityPath}/${given.id}/thu-hoi`} label="Thu hồi thẩm quyền ký">
          <DeedFields values={values} errors={errors} />
          <div class="row">
            <Button kind="danger">Thu hồi</Button>
            <Button href={authorityPath}>Không thu hồi</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

const Params = z.strictObject({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) })

async function findManaged(ctx: Context, id: number): Promise<GivenAuthority> {
  const given = await findAuthorityById(ctx.sql, id)
  if (!given) throw notFound('signing-authority', String(id))
  const organisation = organisationOf(given.principal)
  if (!ctx.can(manageAuthorities, organisation)) throw forbidden(manageAuthorities, organisation)
  return given
}

export const authorityFormRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${authorityPath}/giao`,
    access: manageAuthorities,
    handle: (ctx) => giveSheet(ctx, { values: {}, errors: [] }),
  }),
  route({
    method: 'POST',
    path: `${authorityPath}/giao`,
    access: manageAuthorities,
    body: FormBody,
    async handle(ctx, { body }) {
      const errors: FormError[] = []
      const wanted = readAuthority(body, errors)
      if (wanted && (await attempt(errors, () => giveAuthority(ctx, wanted))))
        return redirect(`${authorityPath}?xong=giao`)
      return giveSheet(ctx, { values: body, errors })
    },
  }),
  route({
    method: 'GET',
    path: `${authorityPath}/:id/thu-hoi`,
    access: manageAuthorities,
    params: Params,
    handle: async (ctx, { params }) => revokeSheet(ctx, await findManaged(ctx, params.id), { values: {}, errors: [] }),
  }),
  route({
    method: 'POST',
    path: `${authorityPath}/:id/thu-hoi`,
    access: manageAuthorities,
    params: Params,
    body: FormBody,
    async handle(ctx, { params, body }) {
      const given = await findManaged(ctx, params.id)
      const errors: FormError[] = []
      const deed = readDeed(body, errors)
      if (await attempt(errors, () => revokeAuthority(ctx, given.id, deed)))
        return redirect(`${authorityPath}?xong=thu-hoi`)
      return revokeSheet(ctx, given, { values: body, errors })
    },
  }),
]
