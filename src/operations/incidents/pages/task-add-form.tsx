import { z } from 'zod'
import { Button, Form, type FormError, Section, Select, TextArea, TextInput } from '#ui'
import { errorAt, formKey } from './words.ts'

export const NewTaskBody = z.object({
  title: z.string().max(300).optional(),
  viec: z.string().max(2000).optional(),
  'don-vi': z.string().max(35).optional(),
  nguoi: z.string().max(80).optional(),
  han: z.string().max(40).optional(),
  'minh-chung': z.string().max(300).optional(),
  khoa: z.string().max(60).optional(),
})
export type NewTaskBody = z.infer<typeof NewTaskBody>

interface AddProps {
  own: string
  values: NewTaskBody
  errors: readonly FormError[]
  organisations: { value: string; label: string }[]
}

/** A task beside those of the playbook. */
export function AddForm({ own, values, errors, organisations }: AddProps) {
  const error = (field: string) => errorAt(errors, field)
  return (
    <Section title="Thêm nhiệm vụ" id="them">
      <Form action={own} label="Thêm nhiệm vụ">
        <input type="hidden" name="khoa" value={values.khoa || formKey()} />
        <TextInput
          name="title"
          label="Việc phải làm"
          value={values.title ?? ''}
          maxLength={200}
          error={error('title')}
        />
        <TextArea name="viec" label="Làm thế nào" value={values.viec ?? ''} rows={3} maxLength={2000} optional />
        <Select
          name="don-vi"
          label="Đơn vị làm"
          empty="Chọn đơn vị"
          value={values['don-vi']}
          options={organisations}
          error={error('don-vi')}
        />
        <TextInput
          name="nguoi"
          label="Tài khoản người làm"
          hint="Để trống nếu giao cho cả đơn vị."
          value={values.nguoi ?? ''}
          error={error('nguoi')}
          optional
        />
        <TextInput
          name="han"
          label="Hạn"
          hint="Giờ hôm nay, hoặc giờ và ngày. Ví dụ 16:30 hoặc 08:00 30/11/2026."
          value={values.han ?? ''}
          width="20"
          error={error('han')}
        />
        <TextInput
          name="minh-chung"
          label="Minh chứng cần có"
          value={values['minh-chung'] ?? ''}
          maxLength={300}
          optional
        />
        <Button kind="primary">Thêm nhiệm vụ</Button>
      </Form>
    </Section>
  )
}
