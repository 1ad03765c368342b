import {
  Checkboxes,
  type DateValue,
  errorOf,
  type FormError,
  formatDateTime,
  Help,
  More,
  Radios,
  Select,
  TextArea,
  TextInput,
} from '#ui'
import type { AgencyGroup, DeadlineChoice } from '../giving/choices.ts'
import type { Settings } from '../settings.ts'
import { textOf, type Values } from './forms.ts'

export interface Choices {
  settings: Settings
  agencies: readonly AgencyGroup[]
  deadlines: readonly DeadlineChoice[]
  /** Name of the office that issues; absent where the authority itself does. */
  office: string | undefined
  /** Whom an assistant may write for. */
  leaders: Settings['leaders']
}

export interface FieldsProps {
  values: Values
  errors: readonly FormError[]
  choices: Choices
}

export const dateOf = (values: Values, name: string): DateValue => ({
  day: textOf(values, `${name}-day`),
  month: textOf(values, `${name}-month`),
  year: textOf(values, `${name}-year`),
})

export function SourceLine({ kind, values }: { kind: string; values: Values }) {
  const title = textOf(values, 'ten')
  const url = textOf(values, 'duong-dan')
  return (
    <>
      Từ {kind.toLowerCase()}: {url ? <a href={url}>{title || url}</a> : title}
    </>
  )
}

export const groupsOf = (agencies: readonly AgencyGroup[]) =>
  agencies.map(({ label, agencies }) => ({
    label,
    options: agencies.map(({ code, name }) => ({ value: code, label: name })),
  }))

export function WhoAndWhat({ values, errors, choices }: FieldsProps) {
  return (
    <>
      {choices.leaders.length > 0 && (
        <Select
          name="nguoi-chi-dao"
          label="Người chỉ đạo"
          value={textOf(values, 'nguoi-chi-dao')}
          error={errorOf(errors, 'nguoi-chi-dao')}
          options={choices.leaders.map(({ account, position }) => ({ value: account, label: position }))}
        />
      )}
      <Select
        name="chu-tri"
        label="Cơ quan chủ trì"
        empty="Chọn cơ quan"
        value={textOf(values, 'chu-tri')}
        error={errorOf(errors, 'chu-tri')}
        options={[]}
        groups={groupsOf(choices.agencies)}
      />
      <WhatFields values={values} errors={errors} />
    </>
  )
}

/** What is to be done, in a line and in full. */
export function WhatFields({ values, errors }: Pick<FieldsProps, 'values' | 'errors'>) {
  return (
    <>
      <TextInput
        name="trich-yeu"
        label="Trích yếu"
        value={textOf(values, 'trich-yeu')}
        error={errorOf(errors, 'trich-yeu')}
        maxLength={300}
      />
      <TextArea
        name="noi-dung"
        label="Nội dung giao"
        rows={4}
        value={textOf(values, 'noi-dung')}
        error={errorOf(errors, 'noi-dung')}
        maxLength={8000}
      />
    </>
  )
}

/** On what it rests, and what must prove it. */
export function ProofFields({ values, errors }: Pick<FieldsProps, 'values' | 'errors'>) {
  return (
    <>
      <TextInput
        name="can-cu"
        label="Căn cứ pháp lý"
        optional
        maxLength={1000}
        value={textOf(values, 'can-cu')}
        error={errorOf(errors, 'can-cu')}
      />
      <TextInput
        name="minh-chung"
        label="Minh chứng phải có"
        hint="Ví dụ: báo cáo có chữ ký, biên bản kiểm tra. Để trống thì không bắt buộc có tệp."
        optional
        maxLength={1000}
        value={textOf(values, 'minh-chung')}
        error={errorOf(errors, 'minh-chung')}
      />
    </>
  )
}

export function DeadlineFields({ values, errors, choices }: FieldsProps) {
  const { settings, deadlines } = choices
  return (
    <>
      <Radios
        name="so-ngay"
        label="Thời hạn"
        inline
        value={textOf(values, 'so-ngay')}
        error={errorOf(errors, 'so-ngay')}
        options={deadlines.map(({ days, dueAt }) => ({
          value: String(days),
          label: `${days} ngày làm việc`,
          hint: `đến ${formatDateTime(dueAt)}`,
        }))}
      />
      <Help title="Hạn được tính thế nào?">
        <p>
          Các mốc trên tính nếu ban hành ngay bây giờ. Hạn thật tính từ ngày ban hành, không kể ngày đầu tiên, chỉ đếm
          ngày làm việc theo lịch nghỉ và làm bù đã công bố (khoản 2 Điều 147 Bộ luật Dân sự 2015).{' '}
          {settings.clock.pausesWhile.includes('adjustment') && 'Đồng hồ dừng khi chờ quyết định đề nghị điều chỉnh. '}
          {settings.clock.pausesWhile.includes('verification') && 'Đồng hồ dừng khi chờ xác nhận kết quả. '}
          {settings.clock.pausesWhile.includes('extension')
            ? 'Đồng hồ dừng khi chờ quyết định gia hạn.'
            : 'Trong khi chờ quyết định gia hạn đồng hồ vẫn chạy.'}
        </p>
      </Help>
    </>
  )
}

/** A further agency with its own span and its own words. */
export function PartFields({ at, values, errors, choices }: FieldsProps & { at: number }) {
  const end = `-${at + 1}`
  return (
    <fieldset class="panel stack">
      <legend>Phần thứ {at + 1}</legend>
      <Select
        name={`chu-tri${end}`}
        label={`Cơ quan chủ trì phần ${at + 1}`}
        empty="Không thêm"
        value={textOf(values, `chu-tri${end}`)}
        error={errorOf(errors, `chu-tri${end}`)}
        options={[]}
        groups={groupsOf(choices.agencies)}
      />
      <TextInput
        name={`so-ngay${end}`}
        label={`Số ngày làm việc của phần ${at + 1}`}
        hint="Để trống thì cùng thời hạn với phần thứ nhất."
        inputMode="numeric"
        width="4"
        optional
        value={textOf(values, `so-ngay${end}`)}
        error={errorOf(errors, `so-ngay${end}`)}
      />
      <TextArea
        name={`viec${end}`}
        label={`Việc riêng của phần ${at + 1}`}
        rows={2}
        optional
        value={textOf(values, `viec${end}`)}
        error={errorOf(errors, `viec${end}`)}
      />
    </fieldset>
  )
}

interface AgencyBoxesProps {
  name: string
  label: string
  agencies: readonly AgencyGroup[]
  values: readonly string[]
  error?: string
}

/** Any agencies, ticked; a fold for each kind, open where something is ticked in it. */
export function AgencyBoxes({ name, label, agencies, values, error }: AgencyBoxesProps) {
  return (
    <>
      {agencies.map((group, index) => {
        const ticked = group.agencies.filter(({ code }) => values.includes(code)).length
        const title = `${label}: ${group.label} (${ticked > 0 ? `${ticked}/` : ''}${group.agencies.length})`
        return (
          <More key={group.label} title={title} open={ticked > 0 || (error !== undefined && index === 0)}>
            <Checkboxes
              id={index === 0 ? name : `${name}-nhom-${index + 1}`}
              name={name}
              label={group.label}
              optional
              values={values}
              error={index === 0 ? error : undefined}
              options={group.agencies.map(({ code, name }) => ({ value: code, label: name }))}
            />
          </More>
        )
      })}
    </>
  )
}
