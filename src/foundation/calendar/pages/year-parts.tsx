import { Button, Form, type FormError, formatDate, Notice, Section, Select, Table, Tag, TextInput } from '#ui'
import { type CalendarDay, type CalendarYear, dayKindNames } from '../model.ts'
import { nameOfWeekday } from '../rules/dates.ts'
import { dayTones, yearPath } from './words.ts'

export function Propose({ code, year }: { code: string; year: number }) {
  return (
    <Section title="Đề xuất ngày nghỉ của năm">
      <p class="muted">
        Đề xuất theo Điều 112 Bộ luật Lao động 2019 và lịch âm Việt Nam; ngày hoán đổi do thông báo của năm quyết định
        nên không đề xuất. Lịch chỉ có hiệu lực xác nhận khi dẫn thông báo.
      </p>
      <Form action={`${yearPath(code, year)}/de-xuat`} label="Đề xuất ngày nghỉ">
        <Select
          name="truoc-tet"
          label="Tết Nguyên đán nghỉ trước mồng một"
          options={[
            { value: '1', label: '1 ngày' },
            { value: '2', label: '2 ngày' },
          ]}
        />
        <Select
          name="quoc-khanh"
          label="Ngày nghỉ thứ hai của Quốc khánh"
          options={[
            { value: 'after', label: '03/9' },
            { value: 'before', label: '01/9' },
          ]}
        />
        <Button kind="primary">{`Đề xuất cho năm ${year}`}</Button>
      </Form>
    </Section>
  )
}

export function Days({ days }: { days: readonly CalendarDay[] }) {
  return (
    <Section title={`Ngày khác thường (${days.length})`}>
      <Table
        caption="Ngày nghỉ, ngày làm bù của năm"
        hideCaption
        rows={days}
        rowKey={({ date }) => date}
        columns={[
          {
            key: 'date',
            title: 'Ngày',
            kind: 'nowrap',
            cell: ({ date }) => `${nameOfWeekday(date)}, ${formatDate(date)}`,
          },
          {
            key: 'kind',
            title: 'Loại',
            kind: 'nowrap',
            phone: true,
            cell: ({ kind }) => <Tag tone={dayTones[kind]}>{dayKindNames[kind]}</Tag>,
          },
          { key: 'name', title: 'Tên', phone: true, cell: ({ name }) => name },
          { key: 'replaces', title: 'Thay cho', cell: ({ replaces }) => (replaces ? formatDate(replaces) : 'không') },
          { key: 'citation', title: 'Căn cứ', phone: true, cell: ({ citation }) => citation },
          { key: 'verified', title: 'Đối chiếu', cell: ({ unverified }) => (unverified ? 'chưa' : 'rồi') },
        ]}
      />
    </Section>
  )
}

interface ConfirmProps {
  code: string
  year: number
  own: CalendarYear | undefined
  typed: Readonly<Record<string, string>>
  errors: readonly FormError[]
}

export function Confirm({ code, year, own, typed, errors }: ConfirmProps) {
  if (own?.state === 'confirmed') return null
  return (
    <Section title="Xác nhận">
      <Notice tone="warning" title="Lịch năm này chưa được xác nhận">
        Thời hạn rơi vào năm này có ghi chú “lịch chờ xác nhận” cho đến khi dẫn thông báo.
      </Notice>
      <Form action={`${yearPath(code, year)}/xac-nhan`} label="Xác nhận lịch năm">
        <TextInput
          name="thong-bao"
          label="Thông báo nghỉ lễ, Tết của năm"
          hint="Số, ký hiệu, ngày của thông báo."
          value={typed['thong-bao']}
          error={errors.find(({ field }) => field === 'thong-bao')?.message}
          maxLength={300}
        />
        <Button kind="primary">{`Xác nhận lịch năm ${year}`}</Button>
      </Form>
    </Section>
  )
}
