import type { Context } from '#platform/context'
import { Button, DecisionBar, Form, Notice, Section } from '#ui'
import type { LetterRow } from '../reminders/store.ts'
import { letterPath } from './words.ts'

/** The digital signature on an issued letter: to be asked for, under way, or given. */
export function LetterSigning({ ctx, row, isPast }: { ctx: Context; row: LetterRow; isPast: boolean }) {
  if (row.signedSha256)
    return (
      <Notice tone="done" title="Đã ký số">
        Bản PDF đã ký số là bản được gửi; ai nhận đều kiểm tra được chữ ký.
      </Notice>
    )
  if (row.signingCode)
    return (
      <Notice title="Đang trình ký số">
        <a href={`/ky-so/${row.signingCode}`}>Xem yêu cầu ký {row.signingCode}</a>
      </Notice>
    )
  if (isPast || row.state !== 'issued' || !ctx.can('duty:issue', row.issuer)) return null
  return (
    <Section title="Ký số">
      <Form action={letterPath(row.code)} class="stack">
        <DecisionBar
          label="Trình ký số"
          primary={{
            action: (
              <Button kind="primary" name="viec" value="trinh-ky">
                Trình ký số
              </Button>
            ),
            consequence:
              'Người đã ký ban hành ký số, rồi cơ quan đóng dấu nếu có con dấu số. Bản đã ký thay bản dự thảo khi gửi.',
          }}
        />
      </Form>
    </Section>
  )
}
