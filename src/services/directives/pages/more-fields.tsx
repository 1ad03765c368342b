import { DateInput, errorOf, More, Select, TextInput } from '#ui'
import { ConditionFields, type NumberOffer } from './condition-fields.tsx'
import { listOf, textOf } from './forms.ts'
import { AgencyBoxes, dateOf, type FieldsProps, ProofFields } from './give-fields.tsx'

/** What is seldom needed stands below the decision, folded. */
export function MoreFields(props: FieldsProps & { offer: NumberOffer }) {
  const { values, errors, choices } = props
  const names = ['han', 'linh-vuc', 'can-cu', 'minh-chung', 'phoi-hop', 'nguoi-xac-nhan']
  return (
    <More
      title="Ngày hạn khác, phối hợp, căn cứ, minh chứng, cách xác nhận"
      open={errors.some(({ field }) => names.includes(field) || field.startsWith('dk-'))}
    >
      <div class="stack">
        <DateInput
          name="han"
          label="Ngày hạn cụ thể"
          hint="Thay cho số ngày đã chọn ở trên."
          optional
          value={dateOf(values, 'han')}
          error={errorOf(errors, 'han')}
        />
        <ProofFields values={values} errors={errors} />
        {choices.settings.fields.length > 0 && (
          <Select
            name="linh-vuc"
            label="Lĩnh vực"
            hint="Quyết định Phó Chủ tịch nào được báo khi quá hạn."
            empty="Theo cơ quan chủ trì"
            optional
            value={textOf(values, 'linh-vuc')}
            error={errorOf(errors, 'linh-vuc')}
            options={choices.settings.fields.map(({ code, name }) => ({ value: code, label: name }))}
          />
        )}
        <ConditionFields {...props} />
        <TextInput
          name="nguoi-xac-nhan"
          label="Người xác nhận kết quả (tên đăng nhập)"
          hint="Để trống thì người chỉ đạo xác nhận. Người thực hiện không được xác nhận."
          optional
          width="20"
          value={textOf(values, 'nguoi-xac-nhan')}
          error={errorOf(errors, 'nguoi-xac-nhan')}
        />
        <AgencyBoxes
          name="phoi-hop"
          label="Cơ quan phối hợp"
          agencies={choices.agencies}
          values={listOf(values, 'phoi-hop')}
          error={errorOf(errors, 'phoi-hop')}
        />
      </div>
    </More>
  )
}
