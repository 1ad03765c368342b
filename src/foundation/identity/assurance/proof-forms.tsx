import { Button, ErrorSummary, Form, type FormError, Notice, Section } from '#ui'
import type { StepUpMethod } from './method.ts'

interface ProofFormsProps {
  methods: readonly StepUpMethod[]
  action: string
  /** Sent along whatever way is chosen. */
  hidden: Readonly<Record<string, string>>
  /** Where one comes back to from a way that leads away. */
  returnTo: string
  /** What went wrong, and by which way. */
  fault?: { code: string; errors: readonly FormError[] }
}

/** One form or link for each way of proving who one is. */
export function ProofForms({ methods, fault, ...around }: ProofFormsProps) {
  const isFirst = (method: StepUpMethod) => method === methods[0]
  return (
    <div class="stack-large">
      <ErrorSummary errors={fault?.errors ?? []} title="Chưa xác nhận được" />
      {methods.map((method) => (
        <Section key={method.code} title={method.title}>
          <ProofForm
            {...around}
            method={method}
            errors={fault?.code === method.code ? fault.errors : []}
            isFirst={isFirst(method)}
          />
        </Section>
      ))}
    </div>
  )
}

interface ProofFormProps extends Omit<ProofFormsProps, 'methods' | 'fault'> {
  method: StepUpMethod
  errors: readonly FormError[]
  isFirst: boolean
}

function ProofForm({ method, action, hidden, returnTo, errors, isFirst }: ProofFormProps) {
  const kind = isFirst ? 'primary' : 'plain'
  if (!method.form)
    return (
      <p>
        <Button kind={kind} href={method.href?.(returnTo) ?? returnTo}>
          {method.title}
        </Button>
      </p>
    )
  return (
    <Form action={action} label={method.title}>
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="cach" value={method.code} />
      {method.form.fields(errors)}
      <Button kind={kind}>{method.form.button}</Button>
    </Form>
  )
}

/** Nothing proves what is wanted: what to do about it. */
export function NoWay({ isOfficers }: { isOfficers: boolean }) {
  return (
    <Notice tone="warning" title="Tài khoản chưa có cách xác nhận ở mức này">
      {isOfficers ? (
        <p>
          Xin <a href="/tai-khoan#bao-mat">thiết lập khóa truy cập hoặc mã dùng một lần</a> rồi làm lại việc vừa rồi.
        </p>
      ) : (
        <p>Mức này chỉ có ở người đăng nhập bằng tài khoản định danh điện tử (VNeID) mức 2.</p>
      )}
    </Notice>
  )
}
