import { z } from 'zod'
import type { NumberChoice, Numbers } from '#platform/capability'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, DecisionBar, ErrorSummary, Form, type FormError, Notice } from '#ui'
import { findAgency, listAgencies, listDeadlines, startWords } from '../giving/choices.ts'
import { fieldOf, kindOf, partsIn, readGiven } from '../giving/form.ts'
import { authorityOver, giveDirective } from '../giving/give.ts'
import { chooseNumber } from '../giving/numbers.ts'
import { isSafePath, sourceNames } from '../model.ts'
import { boardPath, givePath, partPath } from '../paths.ts'
import { givePermission } from '../rights.ts'
import { fieldOf as fieldOfAgency, getSettings, officeOf, type Settings } from '../settings.ts'
import { readNumberOffer } from './condition-fields.tsx'
import { attempt, Body, textOf, type Values } from './forms.ts'
import { type Choices, DeadlineFields, PartFields, SourceLine, WhoAndWhat } from './give-fields.tsx'
import { MoreFields } from './more-fields.tsx'
import { namer } from './parts.tsx'

const GiveQuery = z.object({
  loai: z.string().max(20).optional(),
  ma: z.string().max(200).optional(),
  ten: z.string().max(300).optional(),
  'duong-dan': z.string().max(600).optional(),
  'don-vi': z.string().max(35).optional(),
  'dia-ban': z.string().max(35).optional(),
  've-loai': z.string().max(20).optional(),
  've-ma': z.string().max(200).optional(),
})

export const makeGiveRoutes = (numbers: Numbers): readonly Route[] => [
  route({
    method: 'GET',
    path: givePath,
    access: givePermission,
    query: GiveQuery,
    async handle(ctx, { query }) {
      return sheet(ctx, { numbers, values: await startOf(ctx, query), errors: [], offered: [] })
    },
  }),
  route({
    method: 'POST',
    path: givePath,
    access: givePermission,
    body: Body,
    async handle(ctx, { body }) {
      // “Thêm phần” only asks for another row; nothing is judged yet.
      if (textOf(body, 'them-phan'))
        return sheet(ctx, {
          numbers,
          values: { ...body, 'so-phan': String(partsIn(body) + 1) },
          errors: [],
          offered: [],
        })
      const { values, errors: unclear, offered } = await chooseNumber(ctx, numbers, body)
      const { given, errors } = readGiven(values)
      if (!given || unclear.length > 0) return sheet(ctx, { numbers, values, errors: [...errors, ...unclear], offered })
      let code = ''
      const outcome = await attempt(async () => {
        code = await giveDirective(ctx, given)
      }, fieldOf)
      if (code) return redirect(`${partPath(code)}?xong=ghi-y-kien`)
      const told = outcome.conflict ? [{ field: 'trich-yeu', message: outcome.conflict }] : outcome.errors
      return sheet(ctx, { numbers, values, errors: told, offered: [] })
    },
  }),
]

/** What is known of the source, filled in: agency, words, span, field, who says it. */
async function startOf(ctx: Context, query: z.infer<typeof GiveQuery>): Promise<Values> {
  const settings = await getSettings(ctx.sql)
  const agencies = await listAgencies(ctx)
  const agency = await findAgency(ctx, agencies, { organisation: query['don-vi'], area: query['dia-ban'] })
  const kind = kindOf(query.loai)
  const { title, words } = startWords(kind, (query.ten ?? '').trim())
  const url = query['duong-dan'] && isSafePath(query['duong-dan']) ? query['duong-dan'] : ''
  const field = (agency && fieldOfAgency(settings, agency)) ?? ''
  return {
    loai: kind,
    ma: query.ma ?? '',
    ten: query.ten ?? '',
    'duong-dan': url,
    've-loai': query['ve-loai'] ?? '',
    've-ma': query['ve-ma'] ?? '',
    'trich-yeu': title,
    'noi-dung': words,
    'chu-tri': agency ?? '',
    'so-ngay': String(settings.deadlines.default.amount),
    'linh-vuc': field,
    'nguoi-chi-dao': defaultGiver(ctx, settings, field),
    'so-phan': '1',
  }
}

/** A leader speaks for himself; his assistant writes for the one in charge of the field. */
function defaultGiver(ctx: Context, settings: Settings, field: string): string {
  const own = ctx.actor.account ?? ''
  if (settings.leaders.some(({ account }) => account === own) || settings.leaders.length === 0) return own
  const root = settings.issuing[0]?.authority
  if (root && !ctx.can(givePermission, root)) return own
  return settings.fields.find(({ code }) => code === field)?.viceChair ?? settings.leaders[0]?.account ?? own
}

async function choicesOf(ctx: Context, values: Values): Promise<Choices> {
  const settings = await getSettings(ctx.sql)
  const agencies = await listAgencies(ctx)
  const name = await namer(ctx)
  const [first] = agencies.flatMap((group) => group.agencies)
  const authority = first && (await authorityOver(ctx, textOf(values, 'chu-tri') || first.code))
  const office = authority ? officeOf(settings, authority).office : undefined
  const { choices } = await listDeadlines(ctx, settings)
  const own = ctx.actor.account ?? ''
  const atTop = settings.leaders.length > 0 && settings.issuing.some((one) => ctx.can(givePermission, one.authority))
  const isLeader = settings.leaders.some(({ account }) => account === own)
  return {
    settings,
    agencies,
    deadlines: choices,
    office: office && office !== authority ? name(office) : undefined,
    leaders: atTop && !isLeader ? settings.leaders : [],
  }
}

interface Showing {
  numbers: Numbers
  values: Values
  errors: readonly FormError[]
  offered: readonly NumberChoice[]
}

async function sheet(ctx: Context, { numbers, values, errors, offered }: Showing): Promise<Reply> {
  const offer = await readNumberOffer(ctx, numbers, offered)
  const choices = await choicesOf(ctx, values)
  const kind = kindOf(textOf(values, 'loai'))
  const count = partsIn(values)
  return page({
    title: 'Giao nhiệm vụ',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Nhiệm vụ chỉ đạo', href: boardPath }],
    lead: kind === 'hand' ? undefined : <SourceLine kind={sourceNames[kind]} values={values} />,
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} title="Chưa ghi được, cần sửa các chỗ sau" />
        {choices.agencies.length === 0 && (
          <Notice tone="warning">Tài khoản này chưa được giao việc cho đơn vị nào.</Notice>
        )}
        <Form action={givePath} label="Giao nhiệm vụ">
          {['loai', 'ma', 'ten', 'duong-dan', 've-loai', 've-ma', 'so-phan'].map((name) => (
            <input key={name} type="hidden" name={name} value={textOf(values, name)} />
          ))}
          <WhoAndWhat values={values} errors={errors} choices={choices} />
          <DeadlineFields values={values} errors={errors} choices={choices} />
          {Array.from({ length: count - 1 }, (_, index) => (
            <PartFields key={index} at={index + 1} values={values} errors={errors} choices={choices} />
          ))}
          <DecisionBar
            label="Giao nhiệm vụ"
            primary={{
              action: (
                <Button kind="primary" icon="check">
                  Ghi ý kiến chỉ đạo
                </Button>
              ),
              consequence: choices.office
                ? `Chuyển ${choices.office} ban hành; có hiệu lực và tính hạn từ lúc ban hành.`
                : 'Chờ ban hành; có hiệu lực và tính hạn từ lúc ban hành.',
            }}
            others={[
              {
                action: (
                  <Button name="them-phan" value="1">
                    Thêm cơ quan
                  </Button>
                ),
                consequence: 'Mỗi cơ quan một phần, một hạn, một kết quả.',
              },
            ]}
          />
          <MoreFields values={values} errors={errors} choices={choices} offer={offer} />
        </Form>
      </div>
    ),
  })
}
