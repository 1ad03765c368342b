import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, Checkbox, Checkboxes, ErrorSummary, Form, type FormError, More, Radios, Select, TextInput } from '#ui'
import { type AnswerColumn, type Answers, columnTypes, isNamed, shapeOf, sheetOf } from '../drafts/answers.ts'
import { type Draft, saveAnswers, sniffDraft } from '../drafts/draft.ts'
import { looksLikeThousands } from '../drafts/suggest.ts'
import type { Format } from '../readers/format.ts'
import type { GuessedColumn } from '../readers/guess-column.ts'
import { rowsAbove, type TableShape } from '../readers/sniff.ts'
import { DraftParams, draftPath, getAnswers, proposeAnswers } from './draft-start.tsx'
import { describeSniffed, fileFaultWords } from './trial-parts.tsx'
import { listPath, newSourcePath } from './words.ts'

const step = 'cot'
const Body = z.record(z.string().max(40), z.union([z.string().max(2000), z.array(z.string().max(200)).max(500)]))
type Body = z.infer<typeof Body>

const typeWords: Record<AnswerColumn['type'], string> = {
  text: 'Chữ, mã',
  integer: 'Số nguyên',
  decimal: 'Số có phần lẻ',
  boolean: 'Có hoặc không',
  date: 'Ngày',
  instant: 'Ngày giờ',
  json: 'Cây JSON',
}

const patterns = [
  'dd/MM/yyyy',
  'yyyy-MM-dd',
  'MM/dd/yyyy',
  'dd-MM-yyyy',
  'dd.MM.yyyy',
  'yyyy/MM/dd',
  'yyyyMMdd',
  'iso',
  'dd/MM/yyyy HH:mm',
  'dd/MM/yyyy HH:mm:ss',
  'MM/dd/yyyy HH:mm:ss',
  'yyyyMMddHHmmss',
  'excel',
]

export const draftColumnRoutes: readonly Route[] = [
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
      const shape = shapeIn(body, answers)
      if (shape === 'invalid')
        return sheet(ctx, params.draft, answers, [
          { field: 'bo-dong', message: 'Số dòng phía trên bảng phải là số từ 0 đến 1000.' },
        ])
      if (shape) return reshape(ctx, draft, answers, shape)
      const next = readBody(answers, body)
      const errors = findErrors(next)
      await saveAnswers(ctx, params.draft, {
        ...next,
        done: errors.length > 0 ? next.done.filter((one) => one !== step) : [...new Set([...next.done, step])],
      })
      if (errors.length > 0) return sheet(ctx, params.draft, next, errors)
      return redirect(draftPath(params.draft, 'anh-xa'))
    },
  }),
]

/** The shape of the table where it is not what the answers say. Another sheet is looked at for titles of its own. */
function shapeIn(body: Body, { format }: Answers): TableShape | 'invalid' | undefined {
  if (!('header' in format)) return undefined
  const said = textOf(body, 'bo-dong')
  const named = textOf(body, 'dong-dau') === '' ? isNamed(format) : textOf(body, 'dong-dau') === 'ten'
  const above = said === '' ? rowsAbove(format) : Number(said)
  if (!Number.isInteger(above) || above < 0 || above > 1000) return 'invalid'
  const sheet = body['trang-tinh'] === undefined ? sheetOf(format) : textOf(body, 'trang-tinh') || undefined
  if (sheet !== sheetOf(format)) return { named, sheet, above: above === rowsAbove(format) ? undefined : above }
  return named === isNamed(format) && above === rowsAbove(format) ? undefined : { named, above, sheet }
}

/** Other columns: everything that follows from them is proposed anew. */
async function reshape(ctx: Context, draft: Draft, answers: Answers, shape: TableShape): Promise<Reply> {
  try {
    const proposed = await proposeAnswers(ctx, draft, await sniffDraft(ctx, draft.id, shape))
    await saveAnswers(ctx, draft.id, { ...proposed, ...aboutOf(answers) })
    return redirect(draftPath(draft.id, step))
  } catch (error) {
    return sheet(ctx, draft.id, answers, [{ field: 'bo-dong', message: fileFaultWords(error) }])
  }
}

/** What was said of the source itself, whatever its columns. */
const aboutOf = (answers: Answers) => {
  const { name, code, organisation, custodian, basisKind, basisTitle, basisNumber, every, dueWorkingDays, mode } =
    answers
  const done = answers.done.filter((one) => one === 'thong-tin')
  return { name, code, organisation, custodian, basisKind, basisTitle, basisNumber, every, dueWorkingDays, mode, done }
}

const textOf = (body: Body, name: string): string => {
  const value = body[name]
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim()
}

function readBody(answers: Answers, body: Body): Answers {
  const columns = answers.columns.map((column, index): AnswerColumn => {
    const type = columnTypes.find((one) => one === textOf(body, `kieu-${index}`)) ?? column.type
    const numbers = (['plain', 'vi', 'en'] as const).find((one) => one === textOf(body, `so-${index}`))
    return {
      ...column,
      label: textOf(body, `nhan-${index}`),
      type,
      pattern: textOf(body, `mau-${index}`),
      numbers: numbers ?? column.numbers,
      unit: textOf(body, `don-vi-${index}`).slice(0, 20),
      required: textOf(body, `bat-buoc-${index}`) !== '',
      personal: textOf(body, `ca-nhan-${index}`) !== '',
      min: textOf(body, `tu-${index}`),
      max: textOf(body, `den-${index}`),
    }
  })
  const chosen = body.khoa ?? []
  const names = new Set(columns.map(({ name }) => name))
  const key = (Array.isArray(chosen) ? chosen : [chosen]).filter((name) => names.has(name))
  const versionBy = textOf(body, 'phien-ban')
  return { ...answers, columns, key, versionBy: names.has(versionBy) ? versionBy : '' }
}

function findErrors({ columns }: Answers): FormError[] {
  const errors: FormError[] = []
  const isNumber = (text: string) => text === '' || /^-?\d+([.,]\d+)?$/.test(text)
  for (const [index, column] of columns.entries()) {
    const isTime = column.type === 'date' || column.type === 'instant'
    if (isTime && !column.pattern)
      errors.push({ field: `mau-${index}`, message: `Chọn cách viết ngày của cột “${column.name}”.` })
    if (!isNumber(column.min))
      errors.push({ field: `tu-${index}`, message: `Giá trị nhỏ nhất của “${column.name}” phải là số.` })
    if (!isNumber(column.max))
      errors.push({ field: `den-${index}`, message: `Giá trị lớn nhất của “${column.name}” phải là số.` })
  }
  return errors
}

async function sheet(ctx: Context, draft: string, answers: Answers, errors: FormError[]): Promise<Reply> {
  const { format } = answers
  const sniffed = await sniffDraft(ctx, draft, shapeOf(format))
  const guessed = new Map(sniffed.columns.map((column) => [column.name, column]))
  return page({
    title: 'Các cột',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Nguồn dữ liệu', href: listPath },
      { label: answers.name || 'Nguồn mới', href: draftPath(draft) },
    ],
    lead: `Bước 2 trong 3 · ${describeSniffed(sniffed)}`,
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Form action={draftPath(draft, step)} class="stack-large" label="Các cột">
          {'header' in format && <Shape format={format} sheets={sniffed.sheets} errors={errors} />}
          {answers.columns.map((column, index) => (
            <ColumnFields
              key={column.name}
              column={column}
              index={index}
              guess={guessed.get(column.name)}
              errors={errors}
            />
          ))}
          <Checkboxes
            name="khoa"
            label="Khóa: cột nào cho biết hai dòng nói về cùng một thứ"
            hint="Gửi lại cùng khóa với nội dung khác thì bản mới thay bản cũ. Không chọn cột nào: mỗi dòng là một bản ghi riêng."
            values={answers.key}
            options={answers.columns.map(({ name }) => ({ value: name, label: name }))}
            inline
          />
          <Select
            name="phien-ban"
            label="Cột cho biết bản nào mới hơn"
            optional
            empty="Không có: bản nhận sau là bản mới"
            value={answers.versionBy}
            options={answers.columns.map(({ name }) => ({ value: name, label: name }))}
          />
          <div class="row">
            <Button kind="primary">Lưu và tiếp tục</Button>
            <Button href={draftPath(draft)}>Về danh sách bước</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

interface ShapeProps {
  format: Format
  sheets: readonly string[]
  errors: readonly FormError[]
}

function Shape({ format, sheets, errors }: ShapeProps) {
  return (
    <div class="columns columns-2">
      {sheets.length > 1 && (
        <Select
          name="trang-tinh"
          label="Trang tính"
          hint="Chọn trang khác rồi bấm “Lưu và tiếp tục” thì các cột được đọc lại."
          value={sheetOf(format) ?? ''}
          // The first is meant where none is named, whatever it is called next month.
          options={sheets.map((label, index) => ({ value: index === 0 ? '' : label, label }))}
        />
      )}
      <Radios
        name="dong-dau"
        label="Dòng đầu của bảng là"
        hint="Đổi rồi bấm “Lưu và tiếp tục” thì các cột được đọc lại."
        value={isNamed(format) ? 'ten' : 'du-lieu'}
        options={[
          { value: 'ten', label: 'Tên các cột' },
          { value: 'du-lieu', label: 'Dữ liệu (tệp không có dòng tên cột)' },
        ]}
      />
      <TextInput
        name="bo-dong"
        label="Số dòng phía trên bảng"
        hint="Dòng tiêu đề, quốc hiệu, dòng trống đứng trước dòng tên cột; được bỏ qua."
        width="4"
        value={String(rowsAbove(format))}
        error={errors.find(({ field }) => field === 'bo-dong')?.message}
      />
    </div>
  )
}

interface ColumnFieldsProps {
  column: AnswerColumn
  index: number
  guess: GuessedColumn | undefined
  errors: readonly FormError[]
}

function ColumnFields({ column, index, guess, errors }: ColumnFieldsProps) {
  const errorOf = (name: string) => errors.find(({ field }) => field === `${name}-${index}`)?.message
  const several = (guess?.patterns.length ?? 0) > 1
  const ambiguous = guess !== undefined && looksLikeThousands(guess)
  const samples = guess?.samples.slice(0, 3).join(' · ')
  const known = [...new Set([...(guess?.patterns ?? []), ...patterns])]
  return (
    <fieldset class="panel">
      <legend class="field-label">{column.name}</legend>
      <p class="small muted">{samples ? `Ví dụ: ${samples}` : 'Không có giá trị nào trong phần đã đọc'}</p>
      <div class="columns columns-3">
        <Select
          name={`kieu-${index}`}
          label="Kiểu"
          value={column.type}
          options={columnTypes.map((value) => ({ value, label: typeWords[value] }))}
        />
        <Select
          name={`mau-${index}`}
          label="Cách viết ngày"
          empty="Không phải ngày"
          hint={several ? 'Đọc được theo nhiều cách; xin chọn đúng cách.' : undefined}
          value={column.pattern}
          error={errorOf('mau')}
          options={known.map((value) => ({ value, label: value }))}
        />
        <TextInput name={`nhan-${index}`} label="Nghĩa của cột" optional value={column.label} maxLength={200} />
      </div>
      <div class="row">
        <Checkbox name={`bat-buoc-${index}`} label="Bắt buộc có giá trị" checked={column.required} />
        <Checkbox name={`ca-nhan-${index}`} label="Là dữ liệu cá nhân (che trên màn hình)" checked={column.personal} />
      </div>
      <More
        title="Số: cách viết và khoảng cho phép"
        open={errorOf('tu') !== undefined || errorOf('den') !== undefined || ambiguous || column.unit !== ''}
      >
        <div class="columns columns-3">
          <Select
            name={`so-${index}`}
            label="Cách viết số"
            hint={ambiguous ? 'Đọc được hai cách: 1.250 là một nghìn hai trăm năm mươi, hay 1,25?' : undefined}
            value={column.numbers}
            options={[
              { value: 'plain', label: '1234.56' },
              { value: 'vi', label: '1.234,56' },
              { value: 'en', label: '1,234.56' },
            ]}
          />
          <TextInput
            name={`don-vi-${index}`}
            label="Đơn vị viết cùng số"
            hint="Ví dụ đ, %; được bỏ qua khi đọc."
            optional
            width="10"
            value={column.unit}
            maxLength={20}
          />
          <TextInput
            name={`tu-${index}`}
            label="Nhỏ nhất"
            optional
            width="10"
            value={column.min}
            error={errorOf('tu')}
          />
          <TextInput
            name={`den-${index}`}
            label="Lớn nhất"
            optional
            width="10"
            value={column.max}
            error={errorOf('den')}
          />
        </div>
      </More>
    </fieldset>
  )
}
