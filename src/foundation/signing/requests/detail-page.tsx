import { z } from 'zod'
import { FileLink, previewRoutes } from '#files'
import { listPeople } from '#identity'
import { documentKinds, findOrganisation, today } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { file, page, type Reply, redirect, route } from '#platform/http'
import {
  Button,
  DecisionBar,
  DescriptionList,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  More,
  Notice,
  Section,
  Table,
  Tag,
  TextArea,
  Time,
  withQuery,
} from '#ui'
import { publicPath } from '../actions.ts'
import { refuseRequest, requestPath, requestTopic, withdrawRequest } from './actions.ts'
import { kindOf } from './block.ts'
import { readKept } from './document.ts'
import { getRequest, maySign, signPermission } from './rights.ts'
import type { RequestRow, StepRow } from './store.ts'
import { meansWords, requestsPath, stateWords, stepWords } from './words.ts'

const Params = z.object({ code: z.string().max(40) })
const doneWords = {
  trinh: 'Đã trình ký; người ký đầu tiên đã được báo',
  'tu-choi': 'Đã từ chối ký; người trình được báo kèm lý do',
  rut: 'Đã rút yêu cầu ký',
} as const
const Query = z.object({ xong: z.enum(['trinh', 'tu-choi', 'rut']).optional().catch(undefined) })

interface Names {
  personOf(account: string): string
  agencyOf(code: string): string
}

async function readNames(ctx: Context, request: RequestRow, steps: readonly StepRow[]): Promise<Names> {
  const people = await listPeople(ctx, [request.createdBy, ...steps.flatMap(({ account }) => account ?? [])])
  const asOf = await today(ctx)
  const codes = [...new Set([request.organisation, ...steps.map(({ organisation }) => organisation)])]
  const agencies = await Promise.all(codes.map((code) => findOrganisation(ctx.sql, code, { asOf })))
  return {
    personOf: (account) =>
      account === 'system' ? 'Hệ thống' : (people.find((one) => one.account === account)?.name ?? account),
    agencyOf: (code) => agencies.find((one) => one?.code === code)?.name ?? code,
  }
}

interface Showing {
  done?: keyof typeof doneWords
  reason?: string
  errors?: readonly FormError[]
}

async function show(ctx: Context, code: string, { done, reason, errors = [] }: Showing): Promise<Reply> {
  const { request, steps } = await getRequest(ctx, code)
  const names = await readNames(ctx, request, steps)
  const current = steps.find(({ state }) => state === 'current')
  const isMine = current !== undefined && maySign(ctx, current)
  const own = requestPath(code)
  return page({
    title: request.title,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Ký số', href: requestsPath }],
    lead: <span class="code">{code}</span>,
    islands: ['live'],
    actions: (
      <Button href={`${own}/tep`} icon="document">
        {request.state === 'signed' ? 'Tải văn bản đã ký (PDF)' : 'Mở văn bản (PDF)'}
      </Button>
    ),
    body: (
      <div class="stack-large">
        <ErrorSummary errors={[...errors]} title="Chưa thực hiện được" />
        {done && <Notice tone="done" role="status" title={doneWords[done]} />}
        <div id="yeu-cau" class="stack-large" data-live={requestTopic(code)} data-live-label="Yêu cầu ký">
          <Facts request={request} names={names} />
          <Steps steps={steps} names={names} />
        </div>
        {isMine && current && <SignForm request={request} step={current} reason={reason} errors={errors} />}
        {!isMine && current && (
          <Notice title="Bước tiếp theo">
            Chờ {current.account ? names.personOf(current.account) : `dấu của ${names.agencyOf(current.organisation)}`}.
          </Notice>
        )}
        {request.state === 'pending' && request.createdBy === ctx.actor.account && (
          <WithdrawForm code={code} reason={reason} errors={errors} />
        )}
      </div>
    ),
  })
}

function Facts({ request, names }: { request: RequestRow; names: Names }) {
  const { word, tone } = stateWords[request.state]
  return (
    <div class="stack">
      <DescriptionList
        inColumns
        items={[
          { term: 'Tình trạng', value: <Tag tone={tone}>{word}</Tag> },
          {
            term: 'Loại văn bản',
            value: request.kind
              ? documentKinds[request.kind]
              : `${documentKinds[kindOf(request.title)]} (theo trích yếu)`,
          },
          {
            term: 'Tệp',
            value: <FileLink file={{ name: request.fileName }} href={`${requestPath(request.code)}/tep`} />,
          },
          { term: 'Kèm theo văn bản số', value: request.attachmentOf },
          { term: 'Đơn vị trình', value: names.agencyOf(request.organisation) },
          { term: 'Người trình', value: names.personOf(request.createdBy) },
          { term: 'Trình lúc', value: <Time at={request.createdAt} exact /> },
          { term: 'Hạn ký', value: request.dueAt && <Time at={request.dueAt} exact /> },
          { term: 'Kết thúc', value: request.endedAt && <Time at={request.endedAt} exact /> },
          {
            term: 'Công bố',
            value: request.publicCode && <PublicAddress request={request} code={request.publicCode} />,
          },
          ...(request.originUrl
            ? [{ term: 'Văn bản gốc', value: <a href={request.originUrl}>{request.originCode}</a> }]
            : []),
        ]}
      />
      {request.reason && (
        <Notice tone={request.state === 'refused' ? 'danger' : 'info'} title={`Lý do (${request.endedBy ?? ''})`}>
          {request.reason}
        </Notice>
      )}
      <More title="Dấu vân tay của tệp (SHA-256)">
        <DescriptionList
          items={[
            { term: 'Khi trình', value: <span class="code">{request.documentSha256}</span> },
            { term: 'Hiện nay', value: <span class="code">{request.currentSha256}</span> },
          ]}
        />
      </More>
    </div>
  )
}

function PublicAddress({ request, code }: { request: RequestRow; code: string }) {
  if (request.state === 'signed')
    return (
      <a href={publicPath(code)} class="code">
        {code}
      </a>
    )
  return <>{request.state === 'pending' ? `khi ký xong, mã ${code}` : 'không công bố, vì không được ký xong'}</>
}

function Steps({ steps, names }: { steps: readonly StepRow[]; names: Names }) {
  return (
    <Table
      caption="Thứ tự ký"
      rows={steps}
      rowKey={({ position }) => String(position)}
      columns={[
        {
          key: 'who',
          title: 'Người ký',
          cell: ({ position, account, organisation }) =>
            `${position}. ${account ? names.personOf(account) : `Dấu của ${names.agencyOf(organisation)}`}`,
        },
        {
          key: 'block',
          title: 'Thể thức',
          cell: ({ kind, block }) => (kind === 'seal' ? 'Dấu cơ quan' : block.join(', ')),
        },
        {
          key: 'state',
          title: 'Tình trạng',
          phone: true,
          kind: 'nowrap',
          cell: ({ state }) => <Tag tone={stepWords[state].tone}>{stepWords[state].word}</Tag>,
        },
        { key: 'at', title: 'Ký lúc', phone: true, cell: ({ signedAt }) => signedAt && <Time at={signedAt} exact /> },
        {
          key: 'means',
          title: 'Phương tiện',
          cell: ({ means }) => means && meansWords[means as keyof typeof meansWords],
        },
      ]}
    />
  )
}

interface FormProps {
  reason: string | undefined
  errors: readonly FormError[]
}

function SignForm({ request, step, reason, errors }: FormProps & { request: RequestRow; step: StepRow }) {
  const isSeal = step.kind === 'seal'
  return (
    <Section title={isSeal ? 'Đóng dấu của cơ quan' : 'Ký văn bản'}>
      <div class="stack">
        <p>
          Chữ ký gắn với đúng nội dung tệp đang mở ở trên; tệp thay đổi dù một bit thì chữ ký không còn giá trị. Đọc văn
          bản trước khi ký.
        </p>
        <Form action={`${requestsPath}/xac-nhan`} class="stack">
          <input type="hidden" name="chon" value={request.code} />
          <DecisionBar
            label={isSeal ? 'Đóng dấu' : 'Ký'}
            primary={{
              action: (
                <Button kind="primary" name="viec" value="chon">
                  {isSeal ? 'Đóng dấu văn bản này' : 'Ký văn bản này'}
                </Button>
              ),
              consequence: 'Trang sau hỏi phương tiện ký và xin xác nhận.',
            }}
          />
        </Form>
        <More title="Không ký" open={errors.length > 0}>
          <Form action={`${requestPath(request.code)}/tu-choi`} class="stack">
            <TextArea
              name="ly-do"
              label="Lý do không ký"
              value={reason}
              error={errorOf(errors, 'ly-do')}
              maxLength={1000}
              rows={3}
            />
            <Button kind="danger">Từ chối ký</Button>
          </Form>
        </More>
      </div>
    </Section>
  )
}

function WithdrawForm({ code, reason, errors }: FormProps & { code: string }) {
  return (
    <More title="Rút yêu cầu ký">
      <Form action={`${requestPath(code)}/rut`} class="stack">
        <TextArea
          name="ly-do"
          id="ly-do-rut"
          label="Lý do rút"
          value={reason}
          error={errorOf(errors, 'ly-do-rut')}
          maxLength={1000}
          rows={3}
        />
        <Button kind="danger">Rút yêu cầu ký</Button>
      </Form>
    </More>
  )
}

const Reason = z.object({ 'ly-do': z.string().max(1000).default('') })

const ending = (
  name: 'tu-choi' | 'rut',
  work: (ctx: Context, code: string, reason: string) => Promise<void>,
  field = name === 'rut' ? 'ly-do-rut' : 'ly-do',
) =>
  route({
    method: 'POST',
    path: `${requestsPath}/:code/${name}`,
    access: signPermission,
    params: Params,
    body: Reason,
    async handle(ctx, { params: { code }, body }) {
      await getRequest(ctx, code)
      try {
        await work(ctx, code, body['ly-do'])
      } catch (error) {
        if (!(error instanceof Problem) || ![409, 422].includes(error.status)) throw error
        return show(ctx, code, { reason: body['ly-do'], errors: [{ field, message: error.message }] })
      }
      return redirect(withQuery(requestPath(code), { xong: name }))
    },
  })

export const detailRoutes = [
  route({
    method: 'GET',
    path: `${requestsPath}/:code`,
    access: signPermission,
    params: Params,
    query: Query,
    handle: (ctx, { params, query }) => show(ctx, params.code, { done: query.xong }),
  }),
  route({
    method: 'GET',
    path: `${requestsPath}/:code/tep`,
    access: signPermission,
    params: Params,
    async handle(ctx, { params: { code } }) {
      const { request } = await getRequest(ctx, code)
      return file(request.fileName, 'application/pdf', await readKept(ctx, request.currentSha256), true)
    },
  }),
  ...previewRoutes({
    path: `${requestsPath}/:code/tep`,
    access: signPermission,
    params: Params.shape,
    async find(ctx, { code }) {
      const { request } = await getRequest(ctx, code)
      const crumbs = [
        { label: 'Ký số', href: requestsPath },
        { label: request.title, href: requestPath(code) },
      ]
      return { sha256: request.currentSha256, name: request.fileName, type: 'application/pdf', crumbs }
    },
  }),
  ending('tu-choi', refuseRequest),
  ending('rut', withdrawRequest),
]
