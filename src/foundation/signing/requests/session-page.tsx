import type { Context } from '#platform/context'
import { page, type Reply } from '#platform/http'
import { contentPolicy } from '#platform/policy'
import {
  Button,
  DecisionBar,
  DescriptionList,
  Form,
  Notice,
  Progress,
  Radios,
  Section,
  Select,
  Table,
  Tag,
  type Tone,
} from '#ui'
import { listRemoteCredentials } from '../means/remote-users.ts'
import { requestPath } from './actions.ts'
import { getRequests } from './rights.ts'
import * as sessions from './session-store.ts'
import { getSession, sessionTopic } from './sessions.ts'
import { helperPath, meansWords, requestsPath, sessionPath } from './words.ts'

const confirmPath = `${requestsPath}/xac-nhan`

/** One consent for all of them: what is signed, and with what. */
export async function confirm(ctx: Context, codes: readonly string[], fault?: string): Promise<Reply> {
  const items = (await getRequests(ctx, codes)).map(({ request, steps }) => ({
    request,
    step: steps.find(({ state }) => state === 'current'),
  }))
  const waiting = items.filter(({ step }) => step !== undefined)
  const isSeal = waiting.some(({ step }) => step?.kind === 'seal')
  const isPerson = waiting.some(({ step }) => step?.kind === 'person')
  const mixed = isSeal && isPerson
  const words = mixed ? 'Chữ ký của cá nhân và dấu của cơ quan được ký riêng; xin chọn lại.' : fault
  return page({
    title: waiting.length > 1 ? `Xác nhận ký ${waiting.length} văn bản` : 'Xác nhận ký văn bản',
    status: words ? 422 : 200,
    crumbs: [{ label: 'Ký số', href: requestsPath }],
    lead: 'Một lần xác nhận cho mọi văn bản dưới đây, theo đúng nội dung đã nêu dấu vân tay.',
    body: (
      <Form action={`${requestsPath}/phien`} class="stack-large">
        {words && <Notice tone="danger" role="alert" title={words} />}
        {waiting.map(({ request: { code } }) => (
          <input key={code} type="hidden" name="chon" value={code} />
        ))}
        <Table
          caption="Văn bản sẽ ký"
          rows={waiting}
          rowKey={({ request }) => request.code}
          rowHref={({ request }) => requestPath(request.code)}
          columns={[
            { key: 'title', title: 'Văn bản', cell: ({ request }) => request.title },
            { key: 'code', title: 'Mã', kind: 'nowrap', phone: true, cell: ({ request }) => request.code },
            {
              key: 'hash',
              title: 'Dấu vân tay (SHA-256)',
              phone: true,
              cell: ({ request }) => <span class="code">{request.currentSha256.slice(0, 16)}…</span>,
            },
          ]}
          empty={{
            ...(codes.length === 0
              ? {
                  title: 'Chưa có văn bản nào được chọn',
                  words: 'Đánh dấu các văn bản trong danh sách chờ ký rồi bấm ký.',
                }
              : { title: 'Không còn văn bản nào chờ ký', words: 'Các văn bản đã chọn được ký hoặc kết thúc rồi.' }),
            actions: <Button href={requestsPath}>Về danh sách chờ ký</Button>,
          }}
        />
        {waiting.length > 0 && !mixed && (
          <Choice seal={isSeal} count={waiting.length} remote={isSeal ? [] : await listRemoteCredentials(ctx)} />
        )}
      </Form>
    ),
  })
}

interface ChoiceProps {
  seal: boolean
  count: number
  remote: readonly { id: string; label: string }[]
}

function Choice({ seal, count, remote }: ChoiceProps) {
  const consequence = seal
    ? 'Khóa của cơ quan ký từng văn bản; tiến độ hiện ở trang sau, dừng được giữa chừng.'
    : 'Trang sau ký lần lượt từng văn bản và cho biết tiến độ; dừng được giữa chừng.'
  return (
    <div class="stack">
      {seal ? (
        <input type="hidden" name="phuong-tien" value="seal" />
      ) : (
        <Radios
          name="phuong-tien"
          label="Phương tiện ký"
          value="helper"
          options={[
            {
              value: 'helper',
              label: 'Thiết bị trên máy này (USB token)',
              hint: 'Phần mềm ký trên máy hỏi mã PIN; khóa không rời thiết bị.',
            },
            {
              value: 'remote',
              label: 'Điện thoại (ký số từ xa)',
              hint:
                remote.length > 0
                  ? 'Dịch vụ ký số gửi yêu cầu đến điện thoại của ông/bà.'
                  : 'Chưa liên kết tài khoản ký số từ xa; liên kết ở trang Chứng thư số của tôi.',
              disabled: remote.length === 0,
            },
          ]}
        />
      )}
      {remote.length > 1 && (
        <Select
          name="chung-thu"
          label="Chứng thư ký từ xa"
          options={remote.map(({ id, label }) => ({ value: id, label }))}
        />
      )}
      {remote.length === 1 && <input type="hidden" name="chung-thu" value={remote[0]?.id} />}
      <DecisionBar
        label="Xác nhận"
        primary={{
          action: <Button kind="primary">{`${seal ? 'Đóng dấu' : 'Ký'} ${count} văn bản`}</Button>,
          consequence,
        }}
      />
    </div>
  )
}

const itemWords: Record<sessions.ItemRow['state'], { word: string; tone: Tone }> = {
  waiting: { word: 'Chờ', tone: 'neutral' },
  prepared: { word: 'Đang ký', tone: 'info' },
  signed: { word: 'Đã ký', tone: 'done' },
  failed: { word: 'Không ký được', tone: 'danger' },
}

/** What failed is never pushed off the page by what went well. */
const stateOrder: readonly sessions.ItemRow['state'][] = ['failed', 'prepared', 'waiting', 'signed']
const mostShown = 200

const stateTitles: Record<sessions.SessionRow['state'], string> = {
  running: 'Đang ký',
  stopped: 'Đã dừng',
  done: 'Đã ký xong',
  failed: 'Không ký được',
}

export async function showSession(ctx: Context, id: string): Promise<Reply> {
  const session = await getSession(ctx, id)
  const items = await sessions.listItems(ctx.sql, id)
  const isHelper = session.means === 'helper' && session.state === 'running'
  const { helperUrl } = ctx.config.signing
  return page({
    title: items.length === 1 ? (items[0]?.title ?? 'Ký văn bản') : `Ký ${items.length} văn bản`,
    crumbs: [{ label: 'Ký số', href: requestsPath }],
    lead: `Phương tiện: ${meansWords[session.means]}.`,
    islands: ['live', ...(isHelper ? ['signing-device'] : [])],
    headers: isHelper ? { 'content-security-policy': contentPolicy({ connect: [helperUrl] }) } : {},
    body: (
      <div class="stack-large">
        {isHelper && <HelperPanel id={id} url={helperUrl} count={items.length} begun={session.chain !== null} />}
        <div id="tien-do" class="stack" data-live={sessionTopic(id)} data-live-label="Tiến độ ký">
          <Standing session={session} items={items} />
        </div>
      </div>
    ),
  })
}

function HelperPanel({ id, url, count, begun }: { id: string; url: string; count: number; begun: boolean }) {
  return (
    <Section title="Ký bằng thiết bị trên máy này">
      <div
        class="panel stack"
        data-signing-helper={url}
        data-session={sessionPath(id)}
        data-consent={begun ? id : undefined}
      >
        <noscript>
          <p>Ký bằng thiết bị cần JavaScript, vì trang phải trao đổi với phần mềm ký trên máy.</p>
        </noscript>
        <p role="status" aria-live="polite" data-part="status">
          Đang tìm phần mềm ký trên máy này…
        </p>
        <div class="stack" data-part="choice" hidden>
          <Select name="chung-thu" label="Chứng thư số trong thiết bị" options={[]} />
          <p>
            <button type="button" class="button button-primary" data-part="sign">
              Ký {count} văn bản
            </button>
          </p>
        </div>
        <p data-part="window" hidden>
          <a href={url} target="_blank" rel="noopener noreferrer">
            Mở cửa sổ xác nhận của phần mềm ký
          </a>
        </p>
        <p data-part="missing" hidden>
          Khởi động phần mềm, hoặc <a href={helperPath}>cài đặt theo hướng dẫn</a>, rồi{' '}
          <a href={sessionPath(id)}>thử lại</a>.
        </p>
      </div>
    </Section>
  )
}

function Standing({ session, items }: { session: sessions.SessionRow; items: readonly sessions.ItemRow[] }) {
  const signed = items.filter(({ state }) => state === 'signed').length
  const left = items.filter(({ state }) => state !== 'signed')
  const isRunning = session.state === 'running'
  return (
    <>
      {!isRunning && (
        <Notice
          tone={session.state === 'done' && left.length === 0 ? 'done' : 'warning'}
          role="status"
          title={left.length === 0 ? 'Đã ký xong' : `${stateTitles[session.state]}: còn ${left.length} văn bản chưa ký`}
        >
          {session.fault ?? undefined}
        </Notice>
      )}
      {isRunning && session.means === 'remote' && (
        <Notice
          title={session.handle ? 'Mời xác nhận trên điện thoại' : 'Đang gửi yêu cầu đến dịch vụ ký số'}
          role="status"
        >
          Mở ứng dụng ký số trên điện thoại, đối chiếu tên văn bản rồi xác nhận. Trang này tự cập nhật.
        </Notice>
      )}
      <Progress label="Đã ký" done={signed} total={items.length} />
      <DescriptionList items={[{ term: 'Trạng thái', value: stateTitles[session.state] }]} />
      {isRunning && (
        <Form action={`${sessionPath(session.id)}/dung`} class="row">
          <Button kind="danger">Dừng ký</Button>
        </Form>
      )}
      {!isRunning && left.length > 0 && (
        <Form action={confirmPath} class="row">
          {left.map(({ request }) => (
            <input key={request} type="hidden" name="chon" value={request} />
          ))}
          <Button kind="primary" name="viec" value="chon">
            {`Ký tiếp ${left.length} văn bản còn lại`}
          </Button>
        </Form>
      )}
      <Table
        caption={items.length > mostShown ? `${mostShown} văn bản cần xem trước nhất` : 'Từng văn bản'}
        rows={items.toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state)).slice(0, mostShown)}
        rowKey={({ place }) => String(place)}
        rowHref={({ request }) => requestPath(request)}
        columns={[
          { key: 'title', title: 'Văn bản', cell: ({ title }) => title },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            kind: 'nowrap',
            cell: ({ state }) => <Tag tone={itemWords[state].tone}>{itemWords[state].word}</Tag>,
          },
          { key: 'fault', title: 'Lý do', phone: true, cell: ({ fault }) => fault },
        ]}
      />
    </>
  )
}
