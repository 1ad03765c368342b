import { DescriptionList, formatBytes, Notice, Section, Tag, Time, type Tone } from '#ui'
import type { DocumentReport, Finding, Level, Party, SignatureReport } from '../verification/report.ts'

type Verdict = DocumentReport['verdict']

const tones: Record<Verdict, 'done' | 'warning' | 'danger' | 'info'> = {
  valid: 'done',
  warning: 'warning',
  invalid: 'danger',
  unsigned: 'info',
}

const outcomes: Record<Verdict, { title: string; words: string }> = {
  valid: { title: 'Chữ ký hợp lệ, nội dung nguyên vẹn', words: 'Mọi chữ ký đều đúng và nội dung không đổi từ khi ký.' },
  warning: {
    title: 'Chưa đủ căn cứ để kết luận hợp lệ',
    words: 'Có điều hệ thống chưa chứng minh được. Hãy đọc lý do ở từng chữ ký trước khi dùng văn bản.',
  },
  invalid: {
    title: 'Không hợp lệ',
    words: 'Có chữ ký sai, hoặc văn bản bị sửa sau khi ký. Không nên dùng văn bản này.',
  },
  unsigned: {
    title: 'Văn bản không có chữ ký số',
    words: 'Hình chữ ký, hình con dấu hay bản chụp không phải là chữ ký số.',
  },
}

const unread = {
  title: 'Không đọc được tệp nên chưa kiểm tra được',
  words: 'Chưa kết luận được về chữ ký nào. Hãy xin bản gốc còn nguyên vẹn; không dùng tệp này khi chưa kiểm tra được.',
}

/** The file as a whole, before any signature in it. */
const isUnread = ({ signatures, findings }: DocumentReport) =>
  signatures.length === 0 && findings.some(({ code, weight }) => weight === 'fault' && code.startsWith('pdf.'))

const wholeWords = ({ isWhole, verdict }: DocumentReport) => {
  if (verdict !== 'valid') return ''
  return isWhole ? ' Chữ ký sau cùng bao trùm toàn bộ tệp.' : ' Phần thêm sau chữ ký cuối là phần được phép thêm.'
}

export function Outcome({ report }: { report: DocumentReport }) {
  const { title, words } = isUnread(report) ? unread : outcomes[report.verdict]
  return (
    <Notice tone={tones[report.verdict]} title={title} role="status">
      <p>
        {words}
        {wholeWords(report)}
      </p>
      <Findings findings={report.findings} />
    </Notice>
  )
}

const findingTones: Record<Finding['weight'], Tone> = { fault: 'danger', warning: 'warning', note: 'neutral' }
const findingNames: Record<Finding['weight'], string> = { fault: 'Lỗi', warning: 'Lưu ý', note: 'Thông tin' }

function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null
  return (
    <ul class="plain-list stack-small">
      {findings.map(({ code, weight, words }) => (
        <li key={`${code}${words}`}>
          <Tag tone={findingTones[weight]}>{findingNames[weight]}</Tag> {words}
        </li>
      ))}
    </ul>
  )
}

const levelWords: Record<Level, string> = {
  'B-B': 'B-B: chữ ký cơ bản, chưa có dấu thời gian',
  'B-T': 'B-T: có dấu thời gian',
  'B-LT': 'B-LT: có dấu thời gian và dữ liệu để kiểm tra lâu dài',
  'B-LTA': 'B-LTA: lưu trữ lâu dài, có dấu thời gian niêm phong',
}

const signatureTags: Record<SignatureReport['verdict'], { tone: Tone; words: string }> = {
  valid: { tone: 'done', words: 'Hợp lệ' },
  warning: { tone: 'warning', words: 'Chưa đủ căn cứ' },
  invalid: { tone: 'danger', words: 'Không hợp lệ' },
}

const partyWords = (party: Party | undefined) => {
  if (!party) return 'Không đọc được'
  return party.organisation && party.organisation !== party.name ? `${party.name}, ${party.organisation}` : party.name
}

function intactWords({ isIntact, coversWholeFile }: SignatureReport): string {
  if (!isIntact) return 'Không: nội dung hoặc chữ ký đã bị sửa'
  return coversWholeFile ? 'Có, bao trùm toàn bộ tệp' : 'Có, tới lúc ký; phần thêm sau đó được phép'
}

export function SignatureBlock({ report, place }: { report: SignatureReport; place: number }) {
  const isStamp = report.kind === 'time-stamp'
  const { tone, words } = signatureTags[report.verdict]
  return (
    <Section
      title={
        isStamp ? `${place}. Dấu thời gian của văn bản` : `${place}. ${report.signer?.name ?? 'Chữ ký không đọc được'}`
      }
    >
      <div class="stack">
        <p>
          <Tag tone={tone}>{words}</Tag>
        </p>
        <Findings findings={report.findings} />
        <DescriptionList
          items={[
            { term: isStamp ? 'Nơi cấp dấu' : 'Người, cơ quan ký', value: partyWords(report.signer) },
            { term: 'Tổ chức chứng thực', value: partyWords(report.issuer) },
            {
              term: 'Thời gian ký',
              value: report.at ? (
                <>
                  <Time at={report.at} exact />
                  {report.timeFrom === 'stamp'
                    ? ' (theo dấu thời gian)'
                    : ' (theo đồng hồ của người ký, chưa được chứng minh)'}
                </>
              ) : (
                'Không ghi'
              ),
            },
            { term: 'Nguyên vẹn', value: intactWords(report) },
            ...(isStamp
              ? []
              : [{ term: 'Mức PAdES', value: report.level ? levelWords[report.level] : 'Không theo PAdES' }]),
            ...(report.reason ? [{ term: 'Nội dung ký', value: report.reason }] : []),
          ]}
        />
      </div>
    </Section>
  )
}

export function Report({ report, fileName }: { report: DocumentReport; fileName: string }) {
  return (
    <div class="stack-large">
      <Outcome report={report} />
      {report.signatures.map((signature, place) => (
        <SignatureBlock key={signature.field} report={signature} place={place + 1} />
      ))}
      <Section title="Tệp đã kiểm tra">
        <DescriptionList
          items={[
            { term: 'Tên tệp', value: fileName },
            { term: 'Dung lượng', value: formatBytes(report.sizeBytes) },
            { term: 'Mã băm SHA-256', value: <span class="code">{report.sha256}</span> },
          ]}
        />
      </Section>
    </div>
  )
}
