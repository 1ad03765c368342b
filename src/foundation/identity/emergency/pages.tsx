import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, redirect, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  EmptyState,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  Notice,
  Section,
  Select,
  Tag,
  TextArea,
  Time,
  type Tone,
} from '#ui'
import { listPeople } from '../actions/holders.ts'
import { findHasFactor } from '../assurance/store.ts'
import { everywhere, roleNames, roles } from '../model.ts'
import { listChoices, organisationNames } from '../pages/account-parts.tsx'
import { askForEmergency, concludeEmergency, decideEmergency, emergencyPath, endEmergency } from './actions.ts'
import {
  approveEmergency,
  askEmergency,
  type EmergencyState,
  NewEmergency,
  readEmergency,
  reviewEmergency,
  stateNames,
  stateOf,
} from './model.ts'
import { type Emergency, listEmergencies } from './store.ts'

const tones: Record<EmergencyState, Tone> = {
  asked: 'info',
  void: 'neutral',
  refused: 'neutral',
  'in-force': 'danger',
  'to-review': 'warning',
  reviewed: 'done',
}

interface Shown {
  emergency: Emergency
  state: EmergencyState
  nameOf: (code: string | null) => string
  /** The name of an account's owner. */
  personOf: (account: string | null) => string | undefined
  ctx: Context
}

function EmergencyCard({ emergency, state, nameOf, personOf, ctx }: Shown) {
  const { personName, role, organisation, minutes, reason, askedAt, decidedBy, endsAt, endedAt, conclusion } = emergency
  const place = organisation === everywhere ? 'mọi đơn vị' : nameOf(organisation)
  return (
    <section class="panel stack-small" id={emergency.id} aria-label={`${roleNames[role]}, ${personName}`}>
      <h3>
        {roleNames[role]}, {place} <Tag tone={tones[state]}>{stateNames[state]}</Tag>
      </h3>
      <DescriptionList
        items={[
          { term: 'Người xin quyền', value: personName },
          { term: 'Xin lúc', value: <Time at={askedAt} exact /> },
          { term: 'Thời gian', value: `${minutes} phút kể từ lúc duyệt` },
          { term: 'Lý do', value: reason },
          { term: 'Người quyết định', value: personOf(decidedBy) },
          { term: 'Tự kết thúc lúc', value: endsAt && <Time at={endsAt} exact /> },
          { term: 'Kết thúc lúc', value: endedAt && <Time at={endedAt} exact /> },
          { term: 'Người rà soát', value: personOf(emergency.reviewedBy) },
          { term: 'Kết luận', value: conclusion },
          {
            term: 'Việc đã làm',
            value: endsAt && ctx.can('ledger:read') && (
              <a href={`/nhat-ky?${new URLSearchParams({ taiKhoan: emergency.account })}`}>
                Nhật ký của người giữ quyền
              </a>
            ),
          },
        ].filter(({ value }) => value)}
      />
      <Deeds emergency={emergency} state={state} ctx={ctx} />
    </section>
  )
}

function Deeds({ emergency, state, ctx }: Omit<Shown, 'nameOf' | 'personOf'>) {
  const { id, account, decidedBy, personName } = emergency
  const own = ctx.actor.account
  const path = `${emergencyPath}/${id}`
  if (state === 'asked' && account !== own && ctx.can(approveEmergency))
    return (
      <div class="row">
        <Form action={`${path}/duyet`} class="row">
          <Button kind="primary" label={`Duyệt quyền khẩn cấp của ${personName}`}>
            Duyệt, có hiệu lực ngay
          </Button>
        </Form>
        <Form action={`${path}/khong-duyet`} class="row">
          <Button label={`Không duyệt quyền khẩn cấp của ${personName}`}>Không duyệt</Button>
        </Form>
      </div>
    )
  if (state === 'in-force' && (account === own || ctx.can(approveEmergency)))
    return (
      <Form action={`${path}/ket-thuc`} class="row">
        <Button kind="danger" label={`Kết thúc quyền khẩn cấp của ${personName}`}>
          Kết thúc ngay
        </Button>
      </Form>
    )
  if (state === 'to-review' && account !== own && decidedBy !== own && ctx.can(reviewEmergency))
    return (
      <Form action={`${path}/ket-luan`} label={`Kết luận rà soát quyền khẩn cấp của ${personName}`}>
        <TextArea
          id={`conclusion-${id}`}
          name="conclusion"
          label="Kết luận rà soát"
          hint="Việc đã làm có đúng lý do đã nêu không, có cần xử lý gì thêm."
          rows={3}
          maxLength={1000}
        />
        <Button kind="primary">Ghi kết luận</Button>
      </Form>
    )
  return null
}

interface AskProps {
  choices: readonly { value: string; label: string }[]
  typed: Readonly<Record<string, string>>
  errors: readonly FormError[]
  hasFactor: boolean
}

function AskForm({ choices, typed, errors, hasFactor }: AskProps) {
  return (
    <Form action={emergencyPath} label="Xin quyền khẩn cấp">
      <ErrorSummary errors={errors} title="Chưa gửi được đề nghị" />
      {!hasFactor && (
        <Notice tone="warning" title="Tài khoản chưa có yếu tố xác thực thứ hai">
          Xin và duyệt quyền khẩn cấp đều cần. <a href="/tai-khoan#bao-mat">Thiết lập trong tài khoản của tôi</a>.
        </Notice>
      )}
      <Select
        name="role"
        label="Vai trò cần có"
        options={roles.map((role) => ({ value: role, label: roleNames[role] }))}
        value={typed.role ?? 'operator'}
        error={errorOf(errors, 'role')}
      />
      <Select
        name="organisation"
        label="Trên đơn vị (và các đơn vị trực thuộc)"
        options={[{ value: everywhere, label: 'Mọi đơn vị' }, ...choices]}
        value={typed.organisation}
        empty="Chọn đơn vị"
        error={errorOf(errors, 'organisation')}
      />
      <Select
        name="minutes"
        label="Trong bao lâu"
        options={[30, 60, 120, 240].map((minutes) => ({
          value: String(minutes),
          label: minutes < 60 ? `${minutes} phút` : `${minutes / 60} giờ`,
        }))}
        value={typed.minutes ?? '60'}
        error={errorOf(errors, 'minutes')}
      />
      <TextArea
        name="reason"
        label="Lý do"
        hint="Việc gì không thể chờ, và vì sao người có quyền không làm được."
        value={typed.reason}
        maxLength={1000}
        error={errorOf(errors, 'reason')}
      />
      <Button kind="primary">Gửi người thứ hai duyệt</Button>
    </Form>
  )
}

async function showEmergencies(
  ctx: Context,
  shown: { typed?: Readonly<Record<string, string>>; errors?: readonly FormError[] } = {},
): Promise<Reply> {
  const emergencies = await listEmergencies(ctx.sql)
  const nameOf = await organisationNames(ctx)
  const people = await listPeople(
    ctx,
    emergencies.flatMap(({ decidedBy, reviewedBy }) => [decidedBy ?? [], reviewedBy ?? []].flat()),
  )
  const names = new Map(people.map(({ account, name }) => [account, name]))
  const personOf = (account: string | null) => (account ? (names.get(account) ?? account) : undefined)
  const { account = '' } = ctx.actor
  return page({
    title: 'Quyền khẩn cấp',
    lead: 'Quyền tạm thời, nhiều nhất 4 giờ: một người xin, người thứ hai duyệt, người thứ ba rà soát. Mọi việc làm trong thời gian đó được đánh dấu trong nhật ký.',
    status: shown.errors && 422,
    body: (
      <div class="stack-large">
        {emergencies.length === 0 ? (
          <EmptyState title="Chưa có quyền khẩn cấp nào">
            Đề nghị, quyết định và kết luận rà soát hiện ở đây.
          </EmptyState>
        ) : (
          <div class="stack">
            {emergencies.map((emergency) => (
              <EmergencyCard
                key={emergency.id}
                emergency={emergency}
                state={stateOf(emergency, ctx.now)}
                nameOf={nameOf}
                personOf={personOf}
                ctx={ctx}
              />
            ))}
          </div>
        )}
        {ctx.can(askEmergency) && (
          <Section title="Xin quyền khẩn cấp" id="xin">
            <AskForm
              choices={await listChoices(ctx)}
              typed={shown.typed ?? {}}
              errors={shown.errors ?? []}
              hasFactor={await findHasFactor(ctx.sql, account)}
            />
          </Section>
        )}
      </div>
    ),
  })
}

const Typed = z.object({
  role: z.string().max(40).default(''),
  organisation: z.string().max(60).default(''),
  minutes: z.string().max(10).default(''),
  reason: z.string().max(3000).default(''),
})

const params = z.object({ id: z.uuid() })

const deed = (path: string, access: string, work: (ctx: Context, id: string) => Promise<void>) =>
  route({
    method: 'POST',
    path: `${emergencyPath}/:id/${path}`,
    access,
    params,
    async handle(ctx, { params: { id } }) {
      await work(ctx, id)
      return redirect(emergencyPath)
    },
  })

export const emergencyRoutes = [
  route({ method: 'GET', path: emergencyPath, access: readEmergency, handle: (ctx) => showEmergencies(ctx) }),
  route({
    method: 'POST',
    path: emergencyPath,
    access: askEmergency,
    body: Typed,
    async handle(ctx, { body: typed }) {
      const read = NewEmergency.safeParse(typed)
      if (!read.success) {
        const errors = read.error.issues.map(({ path, message }) => ({ field: String(path[0]), message }))
        return showEmergencies(ctx, { typed, errors })
      }
      try {
        await askForEmergency(ctx, read.data)
        return redirect(emergencyPath)
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        return showEmergencies(ctx, {
          typed,
          errors: error.fields.map(({ path, message }) => ({ field: path, message })),
        })
      }
    },
  }),
  deed('duyet', approveEmergency, (ctx, id) => decideEmergency(ctx, id, true)),
  deed('khong-duyet', approveEmergency, (ctx, id) => decideEmergency(ctx, id, false)),
  deed('ket-thuc', 'signed-in', endEmergency),
  route({
    method: 'POST',
    path: `${emergencyPath}/:id/ket-luan`,
    access: reviewEmergency,
    params,
    body: z.object({ conclusion: z.string().max(3000).default('') }),
    async handle(ctx, { params: { id }, body: { conclusion } }) {
      await concludeEmergency(ctx, id, conclusion)
      return redirect(emergencyPath)
    },
  }),
]
