import { z } from 'zod'
import type { Context, SayPerson } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Route, redirect, route } from '#platform/http'
import {
  Button,
  EmptyState,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  formatNumber,
  Notice,
  Section,
  Table,
  Tag,
  TextInput,
  Time,
} from '#ui'
import { destroyPermission } from '../actions.ts'
import { askDestruction, decideDestruction } from '../destruction.ts'
import { type Destruction, listDestructions } from '../destruction-store.ts'
import { listPath } from './words.ts'

const path = `${listPath}/huy-khoa`
const shown = 100

const outcomes: Record<NonNullable<Destruction['outcome']>, string> = {
  destroyed: 'Đã hủy khóa',
  refused: 'Không hủy',
  withdrawn: 'Đã rút đề nghị',
}

const Typed = z.object({
  khoa: z.string().max(200).default(''),
  canCu: z.string().max(300).default(''),
  lyDo: z.string().max(500).default(''),
})
type Typed = z.infer<typeof Typed>

export const destructionRoutes: readonly Route[] = [
  route({ method: 'GET', path, access: destroyPermission, handle: (ctx) => show(ctx, Typed.parse({}), []) }),
  route({
    method: 'POST',
    path,
    access: destroyPermission,
    body: Typed,
    async handle(ctx, { body }) {
      try {
        await askDestruction(ctx, { keyName: body.khoa, ground: body.canCu, reason: body.lyDo })
        return redirect(path)
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw error
        return show(
          ctx,
          body,
          error.fields.map((fault) => ({ field: fault.path, message: fault.message })),
        )
      }
    },
  }),
  route({
    method: 'POST',
    path: `${path}/:id`,
    access: destroyPermission,
    params: z.strictObject({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) }),
    body: z.object({ viec: z.enum(['destroyed', 'refused', 'withdrawn']) }),
    async handle(ctx, { params, body }) {
      await decideDestruction(ctx, params.id, body.viec)
      return redirect(path)
    },
  }),
]

async function show(ctx: Context, typed: Typed, errors: readonly FormError[]) {
  const rows = await listDestructions(ctx.sql, shown)
  const open = rows.filter(({ outcome }) => outcome === null)
  const say = await ctx.sayPeople(rows.flatMap(({ askedBy, decidedBy }) => [askedBy, decidedBy]))
  return page({
    title: 'Hủy khóa mã hóa',
    lead: 'Hủy khóa làm nội dung đã mã hóa không ai đọc được nữa; bản ghi và mọi bằng chứng vẫn đúng. Không khôi phục được.',
    crumbs: [{ label: 'Nhật ký', href: listPath }],
    status: errors.length > 0 ? 422 : undefined,
    body: (
      <div class="stack-large">
        <Section title="Đề nghị đang chờ người thứ hai">
          {open.length === 0 ? (
            <EmptyState title="Không có đề nghị nào đang chờ">
              Đề nghị hủy khóa sẽ hiện ở đây để người thứ hai quyết định.
            </EmptyState>
          ) : (
            <ul class="plain-list stack">
              {open.map((one) => (
                <Waiting key={one.id} one={one} own={ctx.actor.account} say={say} />
              ))}
            </ul>
          )}
        </Section>
        <Section title="Đề nghị hủy một khóa">
          <Form action={path} label="Đề nghị hủy khóa">
            <ErrorSummary errors={errors} title="Chưa gửi được đề nghị" />
            <TextInput
              name="khoa"
              label="Tên khóa"
              hint="Ví dụ: person:P1; tên khóa ghi ở bản ghi có nội dung mã hóa."
              value={typed.khoa}
              error={errorOf(errors, 'khoa')}
            />
            <TextInput
              name="canCu"
              label="Căn cứ"
              hint="Số, ngày, cơ quan ban hành của văn bản cho phép hủy."
              value={typed.canCu}
              maxLength={300}
              error={errorOf(errors, 'canCu')}
            />
            <TextInput name="lyDo" label="Lý do" value={typed.lyDo} maxLength={500} error={errorOf(errors, 'lyDo')} />
            <Button kind="primary">Gửi đề nghị</Button>
          </Form>
        </Section>
        <Decided rows={rows.filter(({ outcome }) => outcome !== null)} say={say} />
      </div>
    ),
  })
}

function Waiting({ one, own, say }: { one: Destruction; own: string | undefined; say: SayPerson }) {
  const isOwn = one.askedBy === own
  return (
    <li class="panel stack-small">
      <p>
        <strong class="code">{one.keyName}</strong>: {formatNumber(one.entries)} bản ghi có nội dung mã hóa dưới khóa
        này
      </p>
      <p>
        Căn cứ: {one.ground}. Lý do: {one.reason}
      </p>
      <p class="muted">
        {say(one.askedBy)} đề nghị lúc <Time at={one.askedAt} exact />
      </p>
      {isOwn && <Notice tone="info">Ông/bà đã đề nghị; việc hủy cần một người khác quyết định.</Notice>}
      <Form action={`${path}/${one.id}`} class="row" label={`Quyết định về khóa ${one.keyName}`}>
        {isOwn ? (
          <Button name="viec" value="withdrawn">
            Rút đề nghị
          </Button>
        ) : (
          <>
            <Button name="viec" value="refused">
              Không hủy
            </Button>
            <Button kind="danger" name="viec" value="destroyed">
              Hủy khóa, không khôi phục được
            </Button>
          </>
        )}
      </Form>
    </li>
  )
}

const Decided = ({ rows, say }: { rows: readonly Destruction[]; say: SayPerson }) => (
  <Table
    caption="Đã quyết định, mới nhất trước"
    rows={rows}
    rowKey={({ id }) => String(id)}
    columns={[
      { key: 'key', title: 'Khóa', cell: ({ keyName }) => <span class="code">{keyName}</span> },
      { key: 'ground', title: 'Căn cứ', cell: ({ ground }) => ground },
      {
        key: 'by',
        title: 'Hai người',
        phone: true,
        cell: ({ askedBy, decidedBy }) => `${say(askedBy)} đề nghị; ${decidedBy ? say(decidedBy) : ''} quyết định`,
      },
      { key: 'at', title: 'Lúc', kind: 'nowrap', cell: ({ decidedAt }) => decidedAt && <Time at={decidedAt} exact /> },
      {
        key: 'outcome',
        title: 'Kết quả',
        phone: true,
        cell: ({ outcome }) => (
          <Tag tone={outcome === 'destroyed' ? 'warning' : 'neutral'}>{outcome ? outcomes[outcome] : ''}</Tag>
        ),
      },
    ]}
    empty={{
      title: 'Chưa có quyết định nào',
      words: 'Khóa đã hủy và đề nghị không được chấp nhận sẽ được liệt kê ở đây.',
    }}
  />
)
