import type { KeptBytes } from '#platform/capability'
import { formatNumber, Notice, Section, Table, Time } from '#ui'
import type { ContentFault, Reading } from '../contents/store.ts'
import type { ChainFault } from '../faults/store.ts'

const faultWords: Record<ContentFault['code'], string> = {
  changed: 'Khác bản đã nhận',
  missing: 'Không còn',
  unreadable: 'Không đọc được',
}

const chainWords: Record<ChainFault['kind'], string> = {
  verification: 'Nhật ký không còn khớp với những gì đã ký',
  signing: 'Nhật ký không được ký tiếp vì lịch sử không còn như đã ký',
}

/** What the verification or the signing last found of the history itself. */
export const ChainFaults = ({ faults }: { faults: readonly ChainFault[] }) => (
  <>
    {faults.map(({ kind, foundAt, findings, message }) => (
      <Notice key={kind} tone="danger" title={chainWords[kind]}>
        <p>
          Phát hiện <Time at={foundAt} exact />, {formatNumber(findings)} chỗ sai lệch. Chỗ đầu tiên:{' '}
          <span class="code">{message}</span>
        </p>
        <p>
          Chạy lệnh <span class="code">tram verify</span> để biết từng bản ghi, khôi phục từ bản sao lưu rồi chạy lại;
          thấy đúng thì thông báo này tự hết.
        </p>
      </Notice>
    ))}
  </>
)

interface ContentsProps {
  books: readonly KeptBytes[]
  readings: readonly Reading[]
  faults: readonly ContentFault[]
}

/** What came of reading kept contents again: how far the round is, and what is not as it was. */
export function Contents({ books, readings, faults }: ContentsProps) {
  return (
    <Section title="Đối chiếu nội dung đã lưu" id="doi-chieu-noi-dung">
      <p>
        Tệp đã lưu và dữ liệu nhận về được đọc lại lần lượt, so với giá trị băm mà nhật ký đã ghi khi nhận. Đọc lại tất
        cả ngay bằng lệnh <span class="code">tram verify</span>.
      </p>
      {books.map(({ action, title }) => (
        <p key={action}>
          {title}: <Progress reading={readings.find((one) => one.action === action)} />
        </p>
      ))}
      {faults.length > 0 && (
        <Notice tone="danger" title="Có nội dung không còn như khi nhận">
          <p>
            Hãy khôi phục các nội dung dưới đây từ bản sao lưu gần nhất trước lúc phát hiện. Lần đối chiếu sau (trong 10
            phút) thấy nội dung đúng lại thì tự bỏ khỏi danh sách.
          </p>
        </Notice>
      )}
      {faults.length > 0 && (
        <Table
          caption="Nội dung sai lệch, mới phát hiện trước"
          rows={faults}
          rowKey={(row) => row.subject}
          columns={[
            { key: 'name', title: 'Nội dung', cell: (row) => row.name, phone: true },
            { key: 'subject', title: 'Mã', cell: (row) => <span class="code">{row.subject}</span> },
            { key: 'fault', title: 'Sai lệch', cell: (row) => faultWords[row.code], phone: true },
            { key: 'source', title: 'Nguồn', cell: (row) => row.source },
            { key: 'kept', title: 'Nhận lúc', cell: (row) => <Time at={row.keptAt} exact />, kind: 'nowrap' },
            { key: 'found', title: 'Phát hiện lúc', cell: (row) => <Time at={row.foundAt} exact />, kind: 'nowrap' },
          ]}
        />
      )}
    </Section>
  )
}

function Progress({ reading }: { reading: Reading | undefined }) {
  if (!reading) return <>chưa đọc lần nào; lượt đầu bắt đầu trong 10 phút.</>
  const { entries, total, contents, bytes, finishedAt, begunAt } = reading
  const read = `${formatNumber(contents)} nội dung, ${formatNumber(Math.ceil(bytes / 1024 ** 2))} MB`
  if (finishedAt && finishedAt >= begunAt)
    return (
      <>
        đã đọc hết {read}, xong <Time at={finishedAt} />.
      </>
    )
  return (
    <>
      đang đọc, {formatNumber(entries)}/{formatNumber(total)} bản ghi ({read}), lượt này bắt đầu <Time at={begunAt} />.
    </>
  )
}
