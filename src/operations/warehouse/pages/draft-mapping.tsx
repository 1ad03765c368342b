import { z } from 'zod'
import { allCodes, areaTree, organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, Radios, Section, Select, TextInput } from '#ui'
import type { AnswerCheck, Answers } from '../drafts/answers.ts'
import { saveAnswers } from '../drafts/draft.ts'
import { suggestFields, withConstants } from '../drafts/suggest.ts'
import { listWords, suggestCodes } from '../drafts/words-of-column.ts'
import { type Field, type Kind, type KindName, kindNames, kindOf } from '../kinds.ts'
import { DraftParams, draftPath, getAnswers } from './draft-start.tsx'
import { listPath, newSourcePath } from './words.ts'

const step = 'anh-xa'
const Body = z.record(z.string().max(60), z.union([z.string().max(300), z.array(z.string().max(300)).max(500)]))
type Body = z.infer<typeof Body>

const kindHints: Record<KindName, string> = {
  case: 'Mỗi dòng một hồ sơ, vụ việc có ngày bắt đầu, kết thúc',
  'case-event': 'Mỗi dòng một bước xử lý của một hồ sơ',
  'citizen-report': 'Mỗi dòng một phản ánh của người dân',
  observation: 'Mỗi dòng một số đo, số đếm tại một thời điểm',
  project: 'Mỗi dòng một dự án, nhiệm vụ',
  'budget-movement': 'Mỗi dòng một khoản thu, chi, điều chỉnh',
  'indicator-value': 'Mỗi dòng một giá trị chỉ tiêu của một kỳ',
}

const ops = ['<=', '<', '>=', '>', '!='] as const
const opLabels = { '<=': 'không lớn hơn', '<': 'nhỏ hơn', '>=': 'không nhỏ hơn', '>': 'lớn hơn', '!=': 'khác' } as const

export const draftMappingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${newSourcePath}/:draft/${step}`,
    access: 'source:manage',
    params: DraftParams,
    async handle(ctx, { params }) {
      const { answers } = await getAnswers(ctx, params.draft)
      return sheet(ctx, params.draft, answers, [])
    },
  }),
  route({
    method: 'POST',
    path: `${newSourcePath}/:draft/${step}`,
    access: 'source:manage',
    params: DraftParams,
    body: Body,
    async handle(ctx, { params, body }) {
      const { draft, answers } = await getAnswers(ctx, params.draft)
      const kind = kindNames.find((one) => one === body.loai) ?? answers.kind
      if (kind !== answers.kind) {
        // Another kind has other fields: they are proposed anew and looked at again.
        const fields = withConstants(kind, suggestFields(kind, answers.columns), {
          columns: answers.columns,
          stem: answers.name,
          unique: answers.key.length === 1 ? answers.key[0] : undefined,
        })
        await saveAnswers(ctx, draft.id, { ...answers, kind, fields, done: answers.done.filter((one) => one !== step) })
        return redirect(draftPath(draft.id, step))
      }
      const read = readBody(answers, body)
      const next = await completeLists(ctx, draft.id, read)
      const errors = await findErrors(ctx, next)
      const isNew = (one: 'organisationList' | 'areaList') =>
        Object.keys(next[one]).some((word) => !(word in answers[one]))
      await saveAnswers(ctx, draft.id, {
        ...next,
        done: errors.length > 0 ? next.done.filter((one) => one !== step) : [...new Set([...next.done, step])],
      })
      if (errors.length > 0) return sheet(ctx, draft.id, next, errors)
      if (isNew('organisationList') || isNew('areaList')) return redirect(`${draftPath(draft.id, step)}#danh-muc`)
      return redirect(draftPath(draft.id, 'thu'))
    },
  }),
]

const textOf = (body: Body, name: string): string => {
  const value = body[name]
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim()
}

const fieldsOf = (kind: KindName): [string, Pick<Field, 'label' | 'type' | 'required'>][] => {
  const fields: Kind['fields'] = kindOf(kind).fields
  return [
    ['organisation', { label: 'Cơ quan', type: 'text' }],
    // Days are taken from their instants.
    ...Object.entries(fields).filter(([, field]) => !field.dayOf),
  ]
}

/** What names a case is the key of its records too. */
const isCaseName = (kind: KindName, field: string): boolean => kind === 'case' && field === 'caseId'

function readBody(answers: Answers, body: Body): Answers {
  const names = new Set(answers.columns.map(({ name }) => name))
  const fields: Answers['fields'] = {}
  for (const [name] of fieldsOf(answers.kind)) {
    const column = textOf(body, `cot-${name}`)
    const value = textOf(body, `luon-${name}`)
    if (names.has(column)) fields[name] = { column, value: '' }
    else if (value) fields[name] = { column: '', value }
  }
  const list = (what: string, known: Record<string, string>) =>
    Object.fromEntries(Object.keys(known).map((word, index) => [word, textOf(body, `${what}-${index}`) || ''] as const))
  const check: AnswerCheck | undefined = (() => {
    const [left, right] = [textOf(body, 'so-trai'), textOf(body, 'so-phai')]
    const op = ops.find((one) => one === textOf(body, 'so-phep'))
    return names.has(left) && names.has(right) && op ? { left, op, right } : undefined
  })()
  const caseColumn = answers.kind === 'case' ? fields.caseId?.column : undefined
  return {
    ...answers,
    fields,
    check,
    key: caseColumn ? [caseColumn] : answers.key,
    organisationList: list('co-quan', answers.organisationList),
    areaList: list('dia-ban', answers.areaList),
  }
}

/** Words of the chosen columns that are no codes get a list; where every word is a code none is needed. */
async function completeLists(ctx: Context, id: string, answers: Answers): Promise<Answers> {
  const complete = async (what: 'organisation' | 'area', known: Record<string, string>) => {
    const column = answers.fields[what]?.column
    if (!column) return {}
    const words = await listWords(ctx, id, answers, column)
    const suggested = await suggestCodes(ctx, what, words)
    if (words.every((word) => suggested[word] === word)) return {}
    return Object.fromEntries(words.map((word) => [word, known[word] ?? suggested[word] ?? '']))
  }
  return {
    ...answers,
    organisationList: await complete('organisation', answers.organisationList),
    areaList: await complete('area', answers.areaList),
  }
}

async function findErrors(ctx: Context, answers: Answers): Promise<FormError[]> {
  const errors: FormError[] = []
  for (const [name, { label, required }] of fieldsOf(answers.kind)) {
    if (isCaseName(answers.kind, name)) {
      if (!answers.fields[name]?.column)
        errors.push({
          field: `cot-${name}`,
          message: 'Mỗi hồ sơ cần một mã riêng: chọn cột chứa mã hồ sơ, hoặc chọn loại dữ liệu khác ở trên.',
        })
    } else if (required && !answers.fields[name])
      errors.push({
        field: `cot-${name}`,
        message: `“${label}” là bắt buộc: chọn một cột, hoặc nhập một giá trị chung.`,
      })
  }
  const codes = await allCodes(ctx.sql)
  const check = (what: string, list: Record<string, string>, known: ReadonlySet<string>) => {
    for (const [index, [word, code]] of Object.entries(list).entries())
      if (!known.has(code))
        errors.push({
          field: `${what}-${index}`,
          message: code ? `Không có mã “${code}” cho “${word}”.` : `Nhập mã cho “${word}”.`,
        })
  }
  check('co-quan', answers.organisationList, codes.organisations)
  check('dia-ban', answers.areaList, codes.areas)
  return errors
}

function hintOf(kind: KindName, field: string): string | undefined {
  if (field === 'organisation') return 'Không chọn: mọi bản ghi thuộc cơ quan cung cấp.'
  return isCaseName(kind, field) ? 'Mỗi dòng một mã riêng; cột này cũng là khóa của bản ghi.' : undefined
}

/** The official name of a code, so that whoever confirms it need not know codes by heart. */
async function namesOfCodes(ctx: Context): Promise<(code: string) => string | undefined> {
  const asOf = await today(ctx)
  const trees = [await organisationTree(ctx.sql, { asOf }), await areaTree(ctx.sql, { asOf })]
  return (code) => trees.map((tree) => tree.find(code)?.row.name).find((name) => name !== undefined)
}

async function sheet(ctx: Context, draft: string, answers: Answers, errors: FormError[]): Promise<Reply> {
  const nameOf = await namesOfCodes(ctx)
  const columns = answers.columns.map(({ name }) => ({ value: name, label: name }))
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return page({
    title: 'Cột nào là gì',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Nguồn dữ liệu', href: listPath },
      { label: answers.name || 'Nguồn mới', href: draftPath(draft) },
    ],
    lead: 'Bước 3 trong 3 · đề xuất theo tên và kiểu của cột; cột không dùng ở đây vẫn được giữ làm thuộc tính',
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Form action={draftPath(draft, step)} class="stack-large" label="Cột nào là gì">
          <Radios
            name="loai"
            label="Mỗi dòng của tệp là"
            hint="Đổi loại rồi bấm “Lưu và tiếp tục” thì các trường bên dưới được đề xuất lại."
            value={answers.kind}
            options={kindNames.map((kind) => ({ value: kind, label: kindOf(kind).label, hint: kindHints[kind] }))}
          />
          <Section title="Trường trong kho">
            {fieldsOf(answers.kind).map(([name, field]) => (
              <div class="columns columns-2" key={name}>
                <Select
                  name={`cot-${name}`}
                  label={field.label}
                  optional={!field.required}
                  hint={hintOf(answers.kind, name)}
                  empty="Không có cột nào"
                  value={answers.fields[name]?.column}
                  error={errorOf(`cot-${name}`)}
                  options={columns}
                />
                {field.type === 'text' && !isCaseName(answers.kind, name) && (
                  <TextInput
                    name={`luon-${name}`}
                    label={`Hoặc luôn là (${field.label.toLowerCase()})`}
                    optional
                    value={answers.fields[name]?.value}
                    maxLength={200}
                  />
                )}
              </div>
            ))}
          </Section>
          <Lists answers={answers} errorOf={errorOf} nameOf={nameOf} />
          <Section title="So sánh hai cột">
            <p class="muted">Dòng không đúng thì bị cách ly, ví dụ: ngày kết thúc không nhỏ hơn ngày bắt đầu.</p>
            <div class="columns columns-3">
              <Select
                name="so-trai"
                label="Cột"
                optional
                empty="Không so sánh"
                value={answers.check?.left}
                options={columns}
              />
              <Select
                name="so-phep"
                label="Phải"
                value={answers.check?.op}
                options={ops.map((value) => ({ value, label: opLabels[value] }))}
              />
              <Select
                name="so-phai"
                label="Cột so với"
                optional
                empty="Không so sánh"
                value={answers.check?.right}
                options={columns}
              />
            </div>
          </Section>
          <div class="row">
            <Button kind="primary">Lưu và tiếp tục</Button>
            <Button href={draftPath(draft)}>Về danh sách bước</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

interface ListsProps {
  answers: Answers
  errorOf(field: string): string | undefined
  nameOf(code: string): string | undefined
}

function Lists({ answers, errorOf, nameOf }: ListsProps) {
  const lists = [
    {
      what: 'co-quan',
      title: 'Tên trong tệp là cơ quan nào',
      list: answers.organisationList,
      directory: '/quan-tri/don-vi',
    },
    { what: 'dia-ban', title: 'Tên trong tệp là địa bàn nào', list: answers.areaList, directory: '/quan-tri/dia-ban' },
  ].filter(({ list }) => Object.keys(list).length > 0)
  if (lists.length === 0) return null
  return (
    <div id="danh-muc" class="stack">
      {lists.map(({ what, title, list, directory }) => (
        <Section key={what} title={title}>
          <p class="muted">
            Tên nào khớp danh mục đã có mã sẵn, tên chính thức ghi bên dưới; chỗ trống cần nhập mã, tra ở{' '}
            <a href={directory}>danh mục</a>. Tên lạ về sau sẽ bị cách ly để bổ sung.
          </p>
          <div class="columns columns-3">
            {Object.entries(list).map(([word, code], index) => (
              <TextInput
                key={word}
                name={`${what}-${index}`}
                label={word}
                hint={nameOf(code) ?? 'chưa rõ, xin nhập mã'}
                value={code}
                error={errorOf(`${what}-${index}`)}
                width="10"
                maxLength={35}
              />
            ))}
          </div>
        </Section>
      ))}
    </div>
  )
}
