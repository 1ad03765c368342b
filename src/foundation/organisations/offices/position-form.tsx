// The forms by which positions are made, changed and abolished.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { forbidden, notFound, Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, Notice, Radios, TextInput } from '#ui'
import { DeedFields } from '../pages/change.tsx'
import { readDeed, textOf, type Values } from '../pages/forms.ts'
import { listPath, pathOf } from '../pages/words.ts'
import type { Organisation } from '../store.ts'
import { getOrganisation, today } from '../tree/read.ts'
import { abolishPosition, changePosition, createPosition, managePositions, type OfficeDeed } from './actions.ts'
import { holdsOn, NewPosition, positionCode, ranks } from './model.ts'
import { listPositionVersions, type Position } from './store.ts'
import { officesPath, type PositionWork, positionPath, positionWorks, rankWords } from './words.ts'

const Params = z.strictObject({ code: z.string().max(35) })
const WorkParams = z.strictObject({ code: z.string().max(35), key: z.string().max(20) })
export const FormBody = z.record(
  z.string().max(60),
  z.union([z.string().max(1000), z.array(z.string().max(200)).max(50)]),
)

/** A refusal of the rules comes back to the fields it names, or to the first one. */
export async function attempt(errors: FormError[], perform: () => Promise<unknown>): Promise<boolean> {
  if (errors.length > 0) return false
  try {
    await perform()
    return true
  } catch (error) {
    if (!(error instanceof Problem && [404, 409, 422].includes(error.status))) throw error
    if (error.fields.length === 0) errors.push({ field: 'so', message: error.message })
    errors.push(...error.fields.map(({ path, message }) => ({ field: path, message })))
    return false
  }
}

const fieldOf: Record<string, string> = {
  key: 'ky-hieu',
  title: 'ten',
  rank: 'cap-bac',
  seats: 'so-nguoi',
  collective: 'tap-the',
}

function readContent(organisation: string, values: Values, errors: FormError[]): NewPosition | undefined {
  const seats = textOf(values, 'so-nguoi')
  const parsed = NewPosition.safeParse({
    organisation,
    key: textOf(values, 'ky-hieu'),
    title: textOf(values, 'ten'),
    rank: textOf(values, 'cap-bac'),
    ...(seats ? { seats: Number(seats) } : {}),
    collective: textOf(values, 'tap-the') || undefined,
  })
  if (parsed.success) return parsed.data
  const words: Record<string, string> = {
    'cap-bac': 'Chọn vị trí của chức danh.',
    'so-nguoi': 'Số người giữ cùng lúc là số nguyên từ 1, ví dụ 1.',
  }
  for (const issue of parsed.error.issues) {
    const field = fieldOf[String(issue.path[0])] ?? 'ten'
    errors.push({ field, message: words[field] ?? issue.message })
  }
}

interface Sheet {
  organisation: Organisation
  /** Absent: a new one. */
  position?: Position
  work: PositionWork | 'them'
  values: Values
  errors: FormError[]
}

const titles = { ...positionWorks, them: 'Thêm chức danh' }

function sheet({ organisation, position, work, values, errors }: Sheet): Reply {
  const own = position ? positionPath(position.code) : officesPath(organisation.code)
  return page({
    title: position ? `${titles[work]}: ${position.title}` : titles[work],
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Đơn vị', href: listPath },
      { label: organisation.shortName ?? organisation.name, href: pathOf(organisation.code) },
      { label: 'Chức danh', href: officesPath(organisation.code) },
    ],
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        {work === 'bai-bo' && (
          <Notice>Chức danh kết thúc vào ngày liền trước ngày hiệu lực; người đang giữ phải thôi giữ trước.</Notice>
        )}
        <Form action={`${own}/${work}`} label={titles[work]}>
          {work !== 'bai-bo' && <ContentFields values={values} errors={errors} isNew={work === 'them'} />}
          <DeedFields values={values} errors={errors} />
          <div class="row">
            <Button kind={work === 'bai-bo' ? 'danger' : 'primary'}>{titles[work]}</Button>
            <Button href={own}>Không thay đổi</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

function ContentFields({ values, errors, isNew }: { values: Values; errors: readonly FormError[]; isNew: boolean }) {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <>
      {isNew && (
        <TextInput
          name="ky-hieu"
          label="Ký hiệu"
          hint="Chữ in không dấu, ví dụ PGD; không đổi về sau."
          value={textOf(values, 'ky-hieu')}
          error={errorOf('ky-hieu')}
          width="20"
          maxLength={20}
        />
      )}
      <TextInput
        name="ten"
        label="Tên chức danh"
        hint="Không ghi lại tên đơn vị, ví dụ Phó Giám đốc."
        value={textOf(values, 'ten')}
        error={errorOf('ten')}
        maxLength={200}
      />
      <Radios
        name="cap-bac"
        label="Vị trí"
        value={textOf(values, 'cap-bac')}
        error={errorOf('cap-bac')}
        options={ranks.map((rank) => ({ value: rank, label: rankWords[rank] }))}
      />
      <TextInput
        name="so-nguoi"
        label="Số người giữ cùng lúc"
        hint="Để trống nếu không giới hạn; người đứng đầu thường là 1."
        value={textOf(values, 'so-nguoi')}
        error={errorOf('so-nguoi')}
        width="10"
        optional
      />
      <TextInput
        name="tap-the"
        label="Ký thay mặt tập thể (TM.)"
        hint="Tên tập thể lãnh đạo nếu đơn vị làm việc theo chế độ tập thể, ví dụ Ủy ban nhân dân."
        value={textOf(values, 'tap-the')}
        error={errorOf('tap-the')}
        maxLength={200}
        optional
      />
    </>
  )
}

async function getPosition(ctx: Context, code: string): Promise<Position> {
  const present = (await listPositionVersions(ctx.sql, code)).filter(({ recordedTo }) => recordedTo === null)
  const now = await today(ctx)
  const found = present.find((row) => holdsOn(row, now)) ?? present[0]
  if (!found) throw notFound('position', code)
  return found
}

/** @throws Problem 403 unless the actor manages positions of this organisation. */
export async function managedOrganisation(ctx: Context, code: string): Promise<Organisation> {
  const organisation = await getOrganisation(ctx.sql, code)
  if (!ctx.can(managePositions, organisation.code)) throw forbidden(managePositions, organisation.code)
  return organisation
}

const performers: Record<
  PositionWork,
  (ctx: Context, code: string, content: NewPosition | undefined, deed: OfficeDeed) => Promise<void>
> = {
  sua: (ctx, code, content, deed) => changePosition(ctx, code, content ?? {}, deed),
  'bai-bo': (ctx, code, _content, deed) => abolishPosition(ctx, code, deed),
}

const workRoutes = (Object.keys(positionWorks) as PositionWork[]).flatMap((work): Route[] => [
  route({
    method: 'GET',
    path: `${listPath}/:code/chuc-danh/:key/${work}`,
    access: managePositions,
    params: WorkParams,
    async handle(ctx, { params }) {
      const organisation = await managedOrganisation(ctx, params.code)
      const position = await getPosition(ctx, positionCode(organisation.code, params.key))
      const values = {
        ten: position.title,
        'cap-bac': position.rank,
        'so-nguoi': position.seats === null ? '' : String(position.seats),
        'tap-the': position.collective ?? '',
      }
      return sheet({ organisation, position, work, values, errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code/chuc-danh/:key/${work}`,
    access: managePositions,
    params: WorkParams,
    body: FormBody,
    async handle(ctx, { params, body }) {
      const organisation = await managedOrganisation(ctx, params.code)
      const position = await getPosition(ctx, positionCode(organisation.code, params.key))
      const errors: FormError[] = []
      const content =
        work === 'sua' ? readContent(organisation.code, { ...body, 'ky-hieu': params.key }, errors) : undefined
      const deed = readDeed(body, errors)
      if (await attempt(errors, () => performers[work](ctx, position.code, content, deed)))
        return redirect(`${positionPath(position.code)}?xong=${work}`)
      return sheet({ organisation, position, work, values: body, errors })
    },
  }),
])

export const positionFormRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${listPath}/:code/chuc-danh/them`,
    access: managePositions,
    params: Params,
    async handle(ctx, { params }) {
      const organisation = await managedOrganisation(ctx, params.code)
      return sheet({ organisation, work: 'them', values: {}, errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code/chuc-danh/them`,
    access: managePositions,
    params: Params,
    body: FormBody,
    async handle(ctx, { params, body }) {
      const organisation = await managedOrganisation(ctx, params.code)
      const errors: FormError[] = []
      const content = readContent(organisation.code, body, errors)
      const deed = readDeed(body, errors)
      const made = await attempt(errors, async () => content && createPosition(ctx, content, deed))
      if (made && content) return redirect(`${positionPath(positionCode(organisation.code, content.key))}?xong=them`)
      return sheet({ organisation, work: 'them', values: body, errors })
    },
  }),
  ...workRoutes,
]
