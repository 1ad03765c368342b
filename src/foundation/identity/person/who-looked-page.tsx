import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, redirect, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  EmptyState,
  ErrorSummary,
  FilterBar,
  Form,
  formatDateTime,
  Notice,
  Select,
  TextArea,
  Time,
  withQuery,
} from '#ui'
import { listLookers, outcomes, type SeenLook } from './look-store.ts'
import { fieldNames, ownPermission } from './model.ts'
import { agencyNames, getOwnLook, getOwnPerson, listOwnLooks, object, subjectOf } from './own.ts'
import { citizenHome, whoLookedPath } from './paths.ts'
import { takeLooks, whoOf } from './who-looked-file.ts'
import { LookOutcome, outcomeNames } from './words.tsx'

const spans = { '30': '30 ngày qua', '90': '90 ngày qua', '365': '12 tháng qua' } as const
const dayMs = 24 * 3600_000
const pageSize = 20

const Query = z.object({
  ky: z.enum(['30', '90', '365']).optional().catch(undefined),
  'co-quan': z.string().max(40).optional(),
  'muc-dich': z.string().max(60).optional(),
  'ket-qua': z.enum(outcomes).optional().catch(undefined),
  after: z.uuid().optional().catch(undefined),
  tai: z.enum(['csv', 'pdf']).optional().catch(undefined),
  xong: z.enum(['y-kien']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

const filterOf = (ctx: Context, query: Query) => ({
  organisation: query['co-quan'] || undefined,
  purpose: query['muc-dich'] || undefined,
  outcome: query['ket-qua'],
  from: query.ky ? new Date(ctx.now.getTime() - Number(query.ky) * dayMs) : undefined,
  after: query.after,
})

const crumbs = [{ label: 'Trang của tôi', href: citizenHome }]

interface LookProps {
  look: SeenLook
  nameOf: (code: string) => string
  /** Stands alone on its page. */
  isAlone?: boolean
}

function LookFacts({ look, nameOf, isAlone }: LookProps) {
  const { outcome, fields } = look
  const seen = fields.map((field) => fieldNames[field].toLowerCase()).join(', ')
  return (
    <DescriptionList
      items={[
        { term: 'Cơ quan', value: nameOf(look.organisation) },
        { term: 'Người tra cứu', value: whoOf(look) },
        { term: 'Để làm gì', value: look.purposeName },
        { term: 'Căn cứ', value: look.legalBasis },
        { term: 'Hồ sơ, văn bản', value: <span class="code">{look.reference}</span> },
        { term: 'Kết quả', value: <LookOutcome outcome={outcome} /> },
        ...(outcome === 'found' ? [{ term: 'Đã xem đủ', value: seen || 'không mục nào, chỉ thấy bản che' }] : []),
        ...(look.objection && !isAlone
          ? [
              {
                term: 'Ý kiến của tôi',
                value: look.answer
                  ? `Cơ quan trả lời: ${look.answer}`
                  : 'Đã gửi, cơ quan trả lời trong 2 ngày làm việc',
              },
            ]
          : []),
      ]}
    />
  )
}

function Looks({ looks, nameOf }: { looks: readonly SeenLook[]; nameOf: LookProps['nameOf'] }) {
  return (
    <ol class="plain-list stack-large">
      {looks.map((look) => (
        <li key={look.id} class="panel stack">
          <h2>
            <Time at={look.at} exact />
          </h2>
          <LookFacts look={look} nameOf={nameOf} />
          {!look.objection && (
            <p>
              <Button
                href={`${whoLookedPath}/${look.id}`}
                label={`Tôi không đồng ý với lần tra cứu lúc ${formatDateTime(look.at)}`}
              >
                Tôi không đồng ý
              </Button>
            </p>
          )}
        </li>
      ))}
    </ol>
  )
}

async function showLooks(ctx: Context, query: Query, address: string) {
  const found = await listOwnLooks(ctx, { ...filterOf(ctx, query), limit: pageSize + 1 })
  const looks = found.slice(0, pageSize)
  const nameOf = await agencyNames(ctx)
  const lookers = await listLookers(ctx.sql, await subjectOf(ctx, await getOwnPerson(ctx)))
  const next = found.length > pageSize ? looks.at(-1)?.id : undefined
  const isFiltered = query.ky ?? query['co-quan'] ?? query['muc-dich'] ?? query['ket-qua']
  return page({
    title: 'Ai đã xem dữ liệu của tôi',
    face: 'citizen',
    crumbs,
    lead: 'Mọi lần cán bộ tra cứu ông/bà trên nền tảng này, cả lần không tìm thấy và lần bị từ chối.',
    body: (
      <div class="stack-large">
        {query.xong && (
          <Notice tone="done" role="status" title="Đã gửi ý kiến đến cơ quan đã tra cứu">
            Cơ quan trả lời trong 2 ngày làm việc; câu trả lời hiện ở đây.
          </Notice>
        )}
        {lookers.length > 0 && <Filter query={query} lookers={lookers} nameOf={nameOf} />}
        {looks.length > 0 ? (
          <Looks looks={looks} nameOf={nameOf} />
        ) : (
          <EmptyState title={isFiltered ? 'Không có lần nào khớp bộ lọc' : 'Chưa có ai tra cứu dữ liệu của ông/bà'}>
            {isFiltered ? 'Ông/bà bỏ bớt điều kiện lọc.' : 'Khi có cán bộ tra cứu, lần đó hiện ở đây ngay.'}
          </EmptyState>
        )}
        <div class="row">
          {next && <Button href={withQuery(address, { after: next, xong: undefined })}>Xem các lần trước nữa</Button>}
          {looks.length > 0 && (
            <>
              <Button href={withQuery(address, { tai: 'csv', after: undefined })} download>
                Tải về (CSV)
              </Button>
              <Button href={withQuery(address, { tai: 'pdf', after: undefined })} download>
                Tải về (PDF)
              </Button>
            </>
          )}
        </div>
      </div>
    ),
  })
}

interface FilterProps {
  query: Query
  lookers: Awaited<ReturnType<typeof listLookers>>
  nameOf: LookProps['nameOf']
}

function Filter({ query, lookers, nameOf }: FilterProps) {
  const { ky, 'co-quan': agency, 'muc-dich': purpose, 'ket-qua': outcome } = query
  const purposes = new Map(lookers.map((one) => [one.purpose, one.purposeName]))
  const agencies = [...new Set(lookers.map(({ organisation }) => organisation))]
  const choices = (names: Record<string, string>) => Object.entries(names).map(([value, label]) => ({ value, label }))
  return (
    <FilterBar
      names={['ky', 'co-quan', 'muc-dich', 'ket-qua', 'xong']}
      active={[
        ...(ky ? [{ name: 'ky', label: spans[ky] }] : []),
        ...(agency ? [{ name: 'co-quan', label: nameOf(agency) }] : []),
        ...(purpose ? [{ name: 'muc-dich', label: purposes.get(purpose) ?? purpose }] : []),
        ...(outcome ? [{ name: 'ket-qua', label: outcomeNames[outcome] }] : []),
      ]}
    >
      <Select name="ky" label="Thời gian" empty="Tất cả" value={ky} options={choices(spans)} />
      <Select
        name="co-quan"
        label="Cơ quan"
        empty="Tất cả"
        value={agency}
        options={agencies.map((value) => ({ value, label: nameOf(value) }))}
      />
      <Select
        name="muc-dich"
        label="Mục đích"
        empty="Tất cả"
        value={purpose}
        options={[...purposes].map(([value, label]) => ({ value, label }))}
      />
      <Select name="ket-qua" label="Kết quả" empty="Tất cả" value={outcome} options={choices(outcomeNames)} />
    </FilterBar>
  )
}

async function showLook(ctx: Context, id: string, fault?: { text: string; message: string }) {
  const look = await getOwnLook(ctx, id)
  const nameOf = await agencyNames(ctx)
  return page({
    title: 'Tôi không đồng ý với lần tra cứu này',
    face: 'citizen',
    crumbs: [...crumbs, { label: 'Ai đã xem dữ liệu của tôi', href: whoLookedPath }],
    status: fault && 422,
    body: (
      <div class="stack-large">
        <section class="panel stack" aria-label="Lần tra cứu">
          <h2>
            <Time at={look.at} exact />
          </h2>
          <LookFacts look={look} nameOf={nameOf} isAlone />
        </section>
        {look.objection ? (
          <Notice
            tone={look.answer ? 'done' : 'info'}
            title={look.answer ? 'Cơ quan đã trả lời' : 'Ý kiến đã được gửi'}
          >
            {look.answer ?? 'Cơ quan trả lời trong 2 ngày làm việc kể từ ngày gửi.'}
          </Notice>
        ) : (
          <Form action={`${whoLookedPath}/${look.id}`} label="Ý kiến không đồng ý">
            <ErrorSummary
              errors={fault ? [{ field: 'text', message: fault.message }] : []}
              title="Chưa gửi được ý kiến"
            />
            <TextArea
              name="text"
              label="Vì sao ông/bà không đồng ý"
              hint="Ví dụ: tôi không nộp hồ sơ nào ở đây. Ý kiến gửi đến cơ quan đã tra cứu; người tra cứu không tự trả lời."
              value={fault?.text}
              error={fault?.message}
              maxLength={2000}
            />
            <Button kind="primary">Gửi ý kiến</Button>
          </Form>
        )}
      </div>
    ),
  })
}

const SeenLookAnswer = z.object({
  looks: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      organisation: z.string(),
      officer: z.string(),
      purpose: z.string(),
      legalBasis: z.string(),
      reference: z.string(),
      outcome: z.string(),
      fields: z.array(z.string()),
      ledgerEntry: z.string(),
    }),
  ),
})

const assurance = 'vneid:2' as const
const Id = z.object({ id: z.uuid() })

export const whoLookedRoutes = [
  route({
    method: 'GET',
    path: whoLookedPath,
    access: ownPermission,
    assurance,
    query: Query,
    handle: (ctx, { query, request }) =>
      query.tai
        ? takeLooks(ctx, query.tai, { ...filterOf(ctx, query), limit: pageSize })
        : showLooks(ctx, query, request.url),
  }),
  route({
    method: 'GET',
    path: `${whoLookedPath}/:id`,
    access: ownPermission,
    assurance,
    params: Id,
    handle: (ctx, { params }) => showLook(ctx, params.id),
  }),
  route({
    method: 'POST',
    path: `${whoLookedPath}/:id`,
    access: ownPermission,
    assurance,
    ratePerMinute: 30,
    params: Id,
    body: z.object({ text: z.string().trim().max(2000).default('') }),
    async handle(ctx, { params, body }) {
      if (body.text.length < 5) {
        const message = 'Xin viết vì sao ông/bà không đồng ý, ít nhất vài từ.'
        return showLook(ctx, params.id, { text: body.text, message })
      }
      await object(ctx, params.id, body.text)
      return redirect(`${whoLookedPath}?xong=y-kien`)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/person/looks',
    access: ownPermission,
    assurance,
    summary: 'Who looked at the caller’s own data, the newest first',
    query: z.object({ after: z.uuid().optional(), limit: z.coerce.number().int().min(1).max(100).default(50) }),
    answers: SeenLookAnswer,
    async handle(ctx, { query }): Promise<z.infer<typeof SeenLookAnswer>> {
      const looks = await listOwnLooks(ctx, query)
      return {
        looks: looks.map((look) => ({
          id: look.id,
          at: look.at.toISOString(),
          organisation: look.organisation,
          officer: whoOf(look),
          purpose: look.purposeName,
          legalBasis: look.legalBasis,
          reference: look.reference,
          outcome: look.outcome,
          fields: look.fields,
          ledgerEntry: look.entry,
        })),
      }
    },
  }),
]
