import { join } from 'node:path'
import type { Context } from '#platform/context'
import { DescriptionList, More, Section } from '#ui'
import { inboxFolder } from '../inlets/inbox.ts'
import { managePulls } from '../inlets/pull.ts'
import { pushPermission } from '../inlets/push.ts'
import type { Contract } from '../model.ts'
import { pullsPath, uploadPath } from './words.ts'

const contentTypes: Record<Contract['format']['type'], string> = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  xes: 'application/xml',
}

interface WaysInProps {
  ctx: Context
  contract: Contract
  /** Address of the site as the reader sees it. */
  origin: string
}

/** Every way by which records can come under this source, with the very words and addresses to be used. */
export function WaysIn({ ctx, contract, origin }: WaysInProps) {
  const { code, organisation, format } = contract
  const isImporter = ctx.can('record:import', organisation)
  const isPusher = ctx.can(pushPermission, organisation)
  if (!isImporter && !isPusher) return null
  const push = `${origin}/api/v1/sources/${code}/records`
  return (
    <Section title="Cách gửi dữ liệu vào nguồn này" id="cach-gui">
      <DescriptionList
        items={[
          ...(isImporter
            ? [
                {
                  term: 'Tải tệp lên',
                  value: (
                    <>
                      <a href={uploadPath(code)}>Chọn tệp và xem trước</a>; chưa có gì được ghi cho tới khi đồng ý.
                    </>
                  ),
                },
              ]
            : []),
          {
            term: 'Gửi qua API',
            value: (
              <>
                <span class="code">POST {push}</span>
                <More title="Mã truy cập và ví dụ">
                  <Push code={code} push={push} contentType={contentTypes[format.type]} />
                </More>
              </>
            ),
          },
          ...(ctx.can(managePulls, organisation)
            ? [
                {
                  term: 'Hệ thống đến lấy',
                  value: (
                    <>
                      <a href={pullsPath(code)}>Lấy theo lịch</a> một tệp qua HTTP hoặc dòng mới của cơ sở dữ liệu.
                    </>
                  ),
                },
              ]
            : []),
          {
            term: 'Thư mục theo dõi',
            value: (
              <>
                <span class="code">{join(inboxFolder(ctx), code)}</span>
                <p class="small muted">
                  Đặt tệp vào thư mục này trên máy chủ; sau ít phút tệp được nhận và chuyển sang done (hoặc refused),
                  cạnh tệp .txt ghi kết quả.
                </p>
              </>
            ),
          },
          {
            term: 'Lệnh',
            value: <span class="code">{`npm run tram -- import ${code} <tệp>`}</span>,
          },
        ]}
      />
    </Section>
  )
}

function Push({ code, push, contentType }: { code: string; push: string; contentType: string }) {
  return (
    <div class="stack-small">
      <p>
        Mỗi hệ thống gửi dùng một mã truy cập riêng của nguồn này. Quản trị hệ thống cấp bằng lệnh dưới đây; mã chỉ hiện
        một lần, thu hồi ở trang tài khoản.
      </p>
      <p class="code">{`npm run tram -- token --account <tài khoản> --scope source:${code}`}</p>
      <p>Gửi một hay nhiều bản ghi: mảng JSON, JSON Lines, hoặc tệp ở dạng của hợp đồng.</p>
      <p class="code">
        {`curl -X POST ${push} -H "Authorization: Bearer <mã truy cập>" -H "Idempotency-Key: <mã của lần gửi>" -H "Content-Type: ${contentType}" --data-binary @<tệp>`}
      </p>
      <p>
        Trả lời 202 kèm địa chỉ theo dõi: từng dòng được ghi, trùng hay bị cách ly vì sao. Gửi lại cùng Idempotency-Key
        không ghi hai lần.
      </p>
    </div>
  )
}
