import { findPeriodKind, localDate, periodLabel, periodOf, shiftPeriod } from '#calendar'
import { getHomePack } from '#organisations'
import type { NumberChoice, Numbers } from '#platform/capability'
import type { Context } from '#platform/context'
import { errorOf, Radios, Select, TextInput } from '#ui'
import { comparisons } from '../model.ts'
import { textOf } from './forms.ts'
import { type FieldsProps, groupsOf } from './give-fields.tsx'

export interface NumberOffer {
  /** Names that the browser offers while one types. */
  names: readonly NumberChoice[]
  /** What was typed fits these; one must be chosen. */
  offered: readonly NumberChoice[]
  periods: readonly { label: string; options: { value: string; label: string }[] }[]
  root: { code: string; name: string }
}

const mostNames = 300

export async function readNumberOffer(
  ctx: Context,
  numbers: Numbers,
  offered: readonly NumberChoice[],
): Promise<NumberOffer> {
  const { card } = await getHomePack(ctx.sql)
  const today = localDate(ctx.now, card.timeZone)
  const span = (unit: 'month' | 'quarter' | 'year', label: string, steps: readonly number[]) => {
    const kind = findPeriodKind('calendar', unit) ?? unit
    const options = steps.map((step) => shiftPeriod(periodOf(kind, today), step))
    return { label, options: options.map((value) => ({ value, label: periodLabel(value) })) }
  }
  return {
    names: await numbers.search(ctx, '', mostNames),
    offered,
    periods: [span('month', 'Tháng', [0, 1, 2, 3]), span('quarter', 'Quý', [0, 1, 2]), span('year', 'Năm', [0, 1])],
    root: { code: card.rootOrganisation, name: card.name },
  }
}

const compareWords = { '>=': 'từ giá trị này trở lên', '<=': 'đến giá trị này trở xuống', '=': 'đúng bằng' } as const

/** A task may be done by a number: which one, found by its name. */
export function ConditionFields({ values, errors, choices, offer }: FieldsProps & { offer: NumberOffer }) {
  const { names, offered, periods, root } = offer
  const period = textOf(values, 'dk-ky')
  const isListed = !period || periods.some(({ options }) => options.some(({ value }) => value === period))
  return (
    <fieldset class="panel stack">
      <legend>Xác nhận bằng số liệu</legend>
      <p class="field-hint">Nhiệm vụ tự hoàn thành khi chỉ tiêu của kỳ đạt giá trị này; để trống thì người xác nhận.</p>
      <TextInput
        name="dk-chi-tieu"
        label="Chỉ tiêu"
        hint="Gõ vài chữ trong tên, có dấu hoặc không, ví dụ “đúng hạn”; nhiều chỉ tiêu khớp thì chọn ở bước sau."
        optional
        suggestions={names.map(({ name, unit }) => ({ value: name, label: unit }))}
        value={textOf(values, 'dk-chi-tieu')}
        error={errorOf(errors, 'dk-chi-tieu')}
        maxLength={300}
      />
      {offered.length > 0 && (
        <Radios
          name="dk-chon"
          label="Chỉ tiêu nào"
          value={textOf(values, 'dk-chon')}
          error={errorOf(errors, 'dk-chon')}
          options={offered.map(({ code, name, unit }) => ({ value: code, label: name, hint: `đơn vị tính: ${unit}` }))}
        />
      )}
      <Select
        name="dk-don-vi"
        label="Số liệu của"
        empty="Cơ quan chủ trì"
        options={[{ value: root.code, label: `Toàn tỉnh (${root.name})` }]}
        groups={groupsOf(choices.agencies)}
        value={textOf(values, 'dk-don-vi')}
      />
      <Select
        name="dk-ky"
        label="Kỳ số liệu"
        empty="Chọn kỳ"
        options={isListed ? [] : [{ value: period, label: period }]}
        groups={periods}
        value={period}
        error={errorOf(errors, 'dk-ky')}
      />
      <Select
        name="dk-so-sanh"
        label="So sánh"
        value={textOf(values, 'dk-so-sanh')}
        options={comparisons.map((one) => ({ value: one, label: compareWords[one] }))}
      />
      <TextInput
        name="dk-gia-tri"
        label="Giá trị cần đạt"
        inputMode="decimal"
        optional
        width="10"
        value={textOf(values, 'dk-gia-tri')}
        error={errorOf(errors, 'dk-gia-tri')}
      />
    </fieldset>
  )
}
