import { More, Section, Select, TextArea, TextInput } from '#ui'
import { comparisonNames, rows } from '../rules/form.ts'
import { leavesFor } from '../rules/model.ts'
import { comparisonWords, leafWords } from '../rules/words.ts'
import { one, type Parts } from './rule-form-parts.tsx'

export function Conditions({ parts }: { parts: Parts }) {
  const { values, fault } = parts
  const tree = one(values, 'dieu-kien-yaml')
  if (tree)
    return (
      <Section title="Báo khi">
        <TextArea
          name="dieu-kien-yaml"
          label="Cây điều kiện"
          hint="Điều kiện lồng nhiều tầng được viết ở dạng YAML."
          rows={10}
          value={tree}
          error={fault('kieu-1')}
        />
      </Section>
    )
  return (
    <Section title="Báo khi">
      <div class="stack">
        {rows.map((row) => (
          <Row key={row} parts={parts} row={row} />
        ))}
        <Select
          name="noi"
          label="Khi có nhiều điều kiện"
          value={one(values, 'noi')}
          options={[
            { value: 'all', label: 'mọi điều kiện cùng xảy ra' },
            { value: 'any', label: 'một điều kiện xảy ra là đủ' },
          ]}
        />
      </div>
    </Section>
  )
}

function Row({ parts, row }: { parts: Parts; row: number }) {
  const { values, from, fault } = parts
  const name = (base: string) => `${base}-${row}`
  const text = (base: string) => one(values, name(base))
  const body = (
    <div class="stack">
      <Select
        name={name('kieu')}
        label={`Điều kiện ${row}`}
        empty={row === 1 ? undefined : 'không dùng'}
        value={text('kieu')}
        error={fault(name('kieu'))}
        options={leavesFor(from).map((value) => ({ value, label: leafWords[value] }))}
      />
      {from !== 'source' && (
        <>
          <Select
            name={name('so-sanh')}
            label="So sánh"
            value={text('so-sanh') ?? 'ge'}
            error={fault(name('so-sanh'))}
            options={Object.entries(comparisonNames).map(([value, sign]) => ({
              value,
              label: `${sign} (${comparisonWords[sign]})`,
            }))}
          />
          <TextInput
            name={name('nguong')}
            label="Ngưỡng báo"
            inputMode="decimal"
            width="10"
            value={text('nguong')}
            error={fault(name('nguong'))}
          />
          <TextInput
            name={name('het')}
            label="Ngưỡng hết"
            hint="Phải lùi qua mức này mới coi là hết."
            optional
            inputMode="decimal"
            width="10"
            value={text('het')}
            error={fault(name('het'))}
          />
        </>
      )}
      <TextInput
        name={name('thoi-luong')}
        label="Thời lượng"
        hint={
          from === 'source'
            ? 'Im lặng quá bao lâu, ví dụ 3d; để trống là quá hạn gửi theo hợp đồng.'
            : 'Khoảng đếm, khoảng so sánh, hoặc im lặng quá bao lâu; ví dụ 30m, 24h, 7d. Để trống khi so với kỳ trước.'
        }
        optional
        width="10"
        value={text('thoi-luong')}
        error={fault(name('thoi-luong'))}
      />
      {(from === 'fact' || from === 'record') && (
        <Select
          name={name('tinh')}
          label="Thay đổi tính theo"
          value={text('tinh') ?? 'percent'}
          options={[
            { value: 'percent', label: 'phần trăm' },
            { value: 'value', label: 'giá trị' },
          ]}
        />
      )}
      {from === 'fact' && (
        <Select
          name={name('chi-tieu')}
          label="Trên chỉ tiêu khác"
          empty="chính chỉ tiêu đang theo dõi"
          value={text('chi-tieu')}
          error={fault(name('chi-tieu'))}
          options={parts.indicators}
        />
      )}
      {(from === 'record' || leavesFor(from).includes('state')) && (
        <TextArea
          name={name('buoc')}
          label="Trạng thái, chỉ đếm, hoặc các bước của chuỗi"
          optional
          hint="Trạng thái: mỗi dòng một mã, ví dụ late. Đếm và chuỗi: trường = giá trị | giá trị, ví dụ to = late"
          rows={2}
          value={text('buoc')}
          error={fault(name('buoc'))}
        />
      )}
    </div>
  )
  return row === 1 ? (
    body
  ) : (
    <More title={`Điều kiện ${row}`} open={Boolean(text('kieu'))}>
      {body}
    </More>
  )
}
