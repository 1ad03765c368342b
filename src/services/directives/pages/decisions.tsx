// The decision bar of a part: what the reader may do now, one thing first, and whose turn it is when it is not his.
import type { Context } from '#platform/context'
import { Button, type Decision, DecisionBar, Form } from '#ui'
import { canAskExtension, isOpen, type State } from '../model.ts'
import { hasWorked, mayDecide, mayIssue, mayVerify, mayWork } from '../rights.ts'
import type { Directive, Part } from '../store.ts'
import type { Request } from '../working/request-store.ts'
import { findSheet, sheetPath } from './deeds.ts'
import { issuePath } from './issue.tsx'

interface Choice {
  slug: string
  /** Needs no words: done by the press itself. */
  direct?: boolean
}

const link = (part: Part, { slug, direct }: Choice, kind: 'primary' | 'plain' | 'danger' = 'plain'): Decision => {
  const deed = findSheet(slug)
  const path = sheetPath(part.code, slug)
  return {
    consequence: deed?.consequence,
    action: direct ? (
      <Form action={path} label={deed?.title} class="inline-form">
        <input type="hidden" name="phien-ban" value={String(part.version)} />
        <Button kind={kind}>{deed?.button}</Button>
      </Form>
    ) : (
      <Button kind={kind} href={path}>
        {deed?.button}
      </Button>
    ),
  }
}

interface Options {
  primary: Choice | 'issue' | undefined
  others: Choice[]
  withdraw: boolean
}

export function optionsFor(ctx: Context, directive: Directive, part: Part, request: Request | undefined): Options {
  const options: Options = { primary: undefined, others: [], withdraw: false }
  const add = (slug: string, direct = false) => {
    if (options.primary) options.others.push({ slug })
    else options.primary = { slug, direct }
  }
  if (part.state === 'opinion' && mayIssue(ctx, directive)) options.primary = 'issue'
  if (mayDecide(ctx, directive)) {
    if (request?.kind === 'adjustment') add('tra-loi-dieu-chinh')
    if (request?.kind === 'extension') add('tra-loi-gia-han')
  }
  if (part.state === 'awaiting-verification' && mayVerify(ctx, directive, part) && !hasWorked(ctx, part)) {
    add('xac-nhan', part.condition === null)
    add('tra-lai')
  }
  if (mayWork(ctx, directive, part)) {
    if (part.state === 'assigned') add('tiep-nhan', true)
    if (canAskExtension(part.state)) {
      if (part.progress >= 100) add('bao-cao')
      add('tien-do')
      if (part.progress < 100) add('bao-cao')
      if (!request) add('gia-han')
    }
    if ((part.state === 'assigned' || part.state === 'accepted') && !request) add('dieu-chinh')
  }
  if (part.state === 'done' && mayDecide(ctx, directive)) add('mo-lai')
  options.withdraw = isOpen(part.state) && mayDecide(ctx, directive)
  return options
}

const turns: Partial<Record<State, string>> = {
  opinion: 'Đang chờ cơ quan ban hành cho số và ngày.',
  assigned: 'Đang chờ cơ quan chủ trì tiếp nhận.',
  accepted: 'Cơ quan chủ trì đang thực hiện.',
  'in-progress': 'Cơ quan chủ trì đang thực hiện.',
  'adjustment-asked': 'Đang chờ người giao quyết định đề nghị điều chỉnh.',
  'awaiting-verification': 'Đang chờ người xác nhận; người thực hiện không tự xác nhận.',
  done: 'Nhiệm vụ đã hoàn thành.',
  withdrawn: 'Nhiệm vụ đã thu hồi.',
}

export function Decisions(props: { options: Options; part: Part; directive: Directive }) {
  const { options, part, directive } = props
  const { primary, others, withdraw } = options
  const apart = withdraw ? link(part, { slug: 'thu-hoi' }, 'danger') : undefined
  const turn = turns[part.state]
  if (!primary && !apart) return <p class="muted">{turn}</p>
  const first: Decision =
    primary === 'issue'
      ? {
          action: (
            <Button kind="primary" href={issuePath(directive.code)}>
              Ban hành
            </Button>
          ),
          consequence: 'Cho số và ngày; nhiệm vụ có hiệu lực và bắt đầu tính hạn.',
        }
      : primary
        ? link(part, primary, 'primary')
        : { action: <span>{turn}</span> }
  return (
    <DecisionBar
      label="Việc làm tiếp"
      primary={first}
      others={others.map((choice) => link(part, choice))}
      destructive={apart}
    />
  )
}
