import type { ComponentChild } from 'preact'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type RequestFacts, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  Help,
  Notice,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  Time,
} from '#ui'
import { sayLack } from '../access/refusal-words.ts'
import { noteRefusal } from '../access/refusals.ts'
import { namesFor, WhyAllowed } from '../access/words.tsx'
import { listOwnLooks } from './look-store.ts'
import { type LookUp, lookUpPerson, type ShownPerson } from './look-up.ts'
import { fieldNames, lookUpPermission } from './model.ts'
import { type Purpose, readPersonSettings } from './settings.ts'
import { LookOutcome } from './words.tsx'

export const lookUpPath = '/tra-cuu-cong-dan'
const ownLooksShown = 10

const LookUpForm = z.object({
  number: z.string().max(40).default(''),
  purpose: z.string().max(60).default(''),
  reference: z.string().trim().max(100).default(''),
})

interface Shown {
  typed?: LookUp
  errors?: readonly FormError[]
  /** Found or not, once asked. */
  answer?: { person: ShownPerson | undefined }
  status?: number
}

async function showLookUp(ctx: Context, { typed, errors = [], answer, status }: Shown): Promise<Reply> {
  const purposes = (await readPersonSettings(ctx.config.packDir))?.purposes ?? []
  const why = answer?.person && (
    <WhyAllowed decision={answer.person} names={await namesFor(ctx, answer.person.grounds)} />
  )
  const own = await listOwnLooks(ctx.sql, ctx.actor.account ?? '', ownLooksShown)
  return page({
    title: 'Tra cứu công dân',
    lead: 'Mỗi lần tra cứu được ghi vào nhật ký và hiện cho chính người được tra cứu, kèm tên ông/bà và mục đích.',
    status,
    body: (
      <div class="stack-large">
        {answer && <Answer person={answer.person} why={why} />}
        <LookUpFields typed={typed} errors={errors} purposes={purposes} />
        <Table
          caption="Lần tra cứu gần đây của tôi"
          rows={own}
          rowKey={({ id }) => id}
          columns={[
            { key: 'at', title: 'Lúc', kind: 'nowrap', cell: ({ at }) => <Time at={at} /> },
            { key: 'purpose', title: 'Mục đích', cell: ({ purposeName }) => purposeName },
            {
              key: 'reference',
              title: 'Hồ sơ, văn bản',
              cell: ({ reference }) => <span class="code">{reference}</span>,
            },
            { key: 'outcome', title: 'Kết quả', cell: ({ outcome }) => <LookOutcome outcome={outcome} /> },
          ]}
          empty={{ title: 'Chưa có lần tra cứu nào', words: 'Các lần tra cứu của ông/bà sẽ hiện ở đây.' }}
        />
      </div>
    ),
  })
}

interface FieldsProps {
  typed: LookUp | undefined
  errors: readonly FormError[]
  purposes: readonly Purpose[]
}

function LookUpFields({ typed, errors, purposes }: FieldsProps) {
  return (
    <Form action={lookUpPath} label="Tra cứu công dân">
      <ErrorSummary errors={errors} title="Chưa tra cứu được" />
      <Select
        name="purpose"
        label="Mục đích"
        value={typed?.purpose}
        error={errorOf(errors, 'purpose')}
        options={[
          { value: '', label: 'Chọn mục đích' },
          ...purposes.map(({ code, name }) => ({ value: code, label: name })),
        ]}
      />
      <TextInput
        name="reference"
        label="Mã hồ sơ hoặc số văn bản yêu cầu"
        hint="Ví dụ H32.22366-261122-0001 hoặc 123/UBND-VP"
        value={typed?.reference}
        error={errorOf(errors, 'reference')}
        maxLength={100}
      />
      <TextInput
        name="number"
        label="Số định danh cá nhân"
        hint="12 chữ số"
        value={typed?.number}
        error={errorOf(errors, 'number')}
        autocomplete="off"
        maxLength={40}
      />
      <Button kind="primary">Tra cứu và ghi nhật ký</Button>
      <Help title="Mỗi mục đích cho xem những gì">
        <ul>
          {purposes.map(({ code, name, fields, legalBasis }) => (
            <li key={code}>
              {name}: {fields.map((field) => fieldNames[field].toLowerCase()).join(', ')}. {legalBasis}.
            </li>
          ))}
        </ul>
      </Help>
    </Form>
  )
}

function Answer({ person, why }: { person: ShownPerson | undefined; why: ComponentChild }) {
  if (!person)
    return (
      <Notice tone="info" role="status" title="Không có hồ sơ cá nhân với số này">
        Nền tảng chưa có hồ sơ của người mang số định danh này. Lần tra cứu vẫn được ghi lại.
      </Notice>
    )
  const value = (text: string | undefined, field: keyof typeof fieldNames) => (
    <>
      {text ?? 'chưa có'} {person.masked.includes(field) && <Tag>đã che</Tag>}
    </>
  )
  return (
    <Section title="Kết quả tra cứu">
      <DescriptionList
        items={[
          { term: fieldNames.name, value: value(person.name, 'name') },
          { term: fieldNames.birthDate, value: value(person.birthDate, 'birthDate') },
          { term: fieldNames.sex, value: value(person.sex, 'sex') },
          { term: fieldNames.number, value: <span class="code">{value(person.number, 'number')}</span> },
          { term: 'Mục đích', value: person.purpose.name },
          { term: 'Căn cứ', value: person.purpose.legalBasis },
        ]}
      />
      {person.grounds.length > 0 && why}
    </Section>
  )
}

/** A refusal is answered on the form, with what was typed, and noted like any other. */
async function showFault(
  ctx: Context,
  { typed, problem, request }: { typed: LookUp; problem: Problem; request: RequestFacts },
): Promise<Reply> {
  await noteRefusal(ctx, { problem, route: lookUpPath, request })
  const fields = problem.fields.map(({ path, message }) => ({ field: path, message }))
  const isPurpose = problem.code === 'access.purpose'
  const message = isPurpose ? ((await sayLack(ctx, problem)) ?? problem.message) : problem.message
  const told = fields.length > 0 ? fields : [{ field: isPurpose ? 'purpose' : 'reference', message }]
  // What is not filled in is told all at once, whichever was found first.
  const errors = empties.flatMap(
    ([field, words]) =>
      told.find((fault) => fault.field === field) ?? (typed[field] === '' ? [{ field, message: words }] : []),
  )
  return showLookUp(ctx, { typed, errors, status: problem.status })
}

const empties = [
  ['purpose', 'Xin chọn mục đích tra cứu.'],
  ['reference', 'Xin nhập mã hồ sơ hoặc số văn bản yêu cầu.'],
  ['number', 'Xin nhập số định danh cá nhân.'],
] as const

export const lookUpRoutes = [
  route({
    method: 'GET',
    path: lookUpPath,
    access: lookUpPermission,
    handle: (ctx) => showLookUp(ctx, {}),
  }),
  // A form that is sent: the number must not stand in an address, and looking is a deed.
  route({
    method: 'POST',
    path: lookUpPath,
    access: lookUpPermission,
    ratePerMinute: 60,
    body: LookUpForm,
    async handle(ctx, { body, request }) {
      try {
        const person = await lookUpPerson(ctx, body)
        return showLookUp(ctx, { answer: { person } })
      } catch (error) {
        if (!(error instanceof Problem && [403, 422].includes(error.status))) throw error
        return showFault(ctx, { typed: body, problem: error, request })
      }
    },
  }),
]
