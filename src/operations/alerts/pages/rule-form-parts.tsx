import { Checkbox, Checkboxes, Help, More, Section, Select, TextArea, TextInput } from '#ui'
import { kindNames, kindOf } from '#warehouse'
import { severities } from '../model.ts'
import type { Values } from '../rules/form.ts'
import { type Input, periodKinds } from '../rules/model.ts'
import { periodWords, unitWords } from '../rules/words.ts'
import { groupWords } from './rules.tsx'
import { severityWords } from './words.ts'

export interface Parts {
  values: Values
  from: Input['from']
  indicators: readonly { value: string; label: string }[]
  fault(name: string): string | undefined
}

/** One value of a name. */
export const one = (values: Values, name: string): string | undefined => {
  const value = values[name]
  return Array.isArray(value) ? value[0] : value
}

export function Naming({ parts: { values, fault }, isNew }: { parts: Parts; isNew: boolean }) {
  return (
    <Section title="Tên và câu báo">
      <div class="stack">
        {isNew && (
          <TextInput
            name="ma"
            label="Mã"
            hint="Dạng nhom.ten-quy-tac, chữ thường không dấu."
            value={one(values, 'ma')}
            error={fault('ma')}
            width="20"
          />
        )}
        <TextInput name="ten" label="Tên quy tắc" value={one(values, 'ten')} error={fault('ten')} />
        <Select
          name="muc"
          label="Mức"
          value={one(values, 'muc')}
          error={fault('muc')}
          options={severities.map((value) => ({ value, label: severityWords[value] }))}
        />
        <TextInput
          name="cau-bao"
          label="Câu báo"
          hint="{noi} là nơi, {gia-tri} là giá trị, {ky} là kỳ, {chi-tieu} là tên chỉ tiêu."
          value={one(values, 'cau-bao')}
          error={fault('cau-bao')}
        />
        <TextArea name="mo-ta" label="Giải thích" optional rows={2} value={one(values, 'mo-ta')} />
        <TextInput name="kich-ban" label="Mã kịch bản" optional width="20" value={one(values, 'kich-ban')} />
        <TextInput
          name="don-vi"
          label="Mã đơn vị nhận cảnh báo"
          optional
          hint="Để trống: đơn vị có số liệu."
          width="10"
          value={one(values, 'don-vi')}
          error={fault('don-vi')}
        />
      </div>
    </Section>
  )
}

export function Watching({ parts }: { parts: Parts }) {
  const { values, from, indicators, fault } = parts
  const text = (name: string) => one(values, name)
  return (
    <Section title="Theo dõi gì">
      <div class="stack">
        {from === 'fact' && (
          <>
            <Select
              name="chi-tieu"
              label="Chỉ tiêu"
              empty="Chọn chỉ tiêu"
              value={text('chi-tieu')}
              error={fault('chi-tieu')}
              options={indicators}
            />
            <Select
              name="ky"
              label="Theo kỳ"
              value={text('ky')}
              error={fault('ky')}
              options={periodKinds.map((value) => ({ value, label: periodWords[value] }))}
            />
            {text('cap')?.includes('\n') || /^H?\d/.test(text('cap') ?? '') ? (
              <TextArea
                name="cap"
                label="Mã các đơn vị"
                hint="Mỗi dòng một mã."
                value={text('cap')}
                error={fault('cap')}
                rows={3}
              />
            ) : (
              <Select
                name="cap"
                label="Của"
                value={text('cap')}
                error={fault('cap')}
                options={Object.entries(unitWords).map(([value, label]) => ({ value, label }))}
              />
            )}
          </>
        )}
        {from === 'record' && <Records parts={parts} />}
        {from === 'source' && (
          <TextArea
            name="nguon"
            label="Mã nguồn"
            optional
            hint="Mỗi dòng một mã; để trống là mọi nguồn của tỉnh."
            rows={2}
            value={text('nguon')}
          />
        )}
        {(from === 'duty' || from === 'directive' || from === 'project') && (
          <Select
            name="theo"
            label="Xét theo"
            value={text('theo')}
            options={[
              {
                value: 'key',
                label: { duty: 'từng nghĩa vụ', directive: 'từng nhiệm vụ', project: 'từng dự án' }[from],
              },
              { value: 'organisation', label: 'từng đơn vị' },
            ]}
          />
        )}
      </div>
    </Section>
  )
}

function Records({ parts: { values, fault } }: { parts: Parts }) {
  const text = (name: string) => one(values, name)
  return (
    <>
      <Select
        name="loai"
        label="Loại bản ghi"
        value={text('loai')}
        error={fault('loai')}
        options={kindNames.map((value) => ({ value, label: kindOf(value).label }))}
      />
      <TextArea
        name="nguon"
        label="Mã nguồn"
        optional
        hint="Mỗi dòng một mã; để trống là mọi nguồn."
        rows={2}
        value={text('nguon')}
      />
      <TextInput
        name="ngay"
        label="Trường ngày"
        hint="Ví dụ observedOn (số đo), openedOn (phản ánh)."
        width="20"
        value={text('ngay')}
        error={fault('ngay')}
      />
      <TextInput
        name="gia-tri"
        label="Trường giá trị"
        optional
        hint="Ví dụ value; để trống khi chỉ đếm bản ghi."
        width="20"
        value={text('gia-tri')}
        error={fault('gia-tri')}
      />
      <TextInput
        name="theo"
        label="Xét riêng theo trường"
        hint="organisation, area, series…"
        width="20"
        value={text('theo')}
        error={fault('theo')}
      />
      <TextArea
        name="loc"
        label="Chỉ những bản ghi"
        optional
        hint="Mỗi dòng một điều kiện: trường, phép (eq, ne, lt, le, gt, ge, in, empty, filled), giá trị. Ví dụ: property eq pm25"
        rows={3}
        value={text('loc')}
        error={fault('loc')}
      />
      <More title="Các trường của từng loại bản ghi">
        <dl class="facts">
          {kindNames.map((kind) => (
            <div key={kind}>
              <dt>{kindOf(kind).label}</dt>
              <dd class="code">{Object.keys(kindOf(kind).fields).join(', ')}</dd>
            </div>
          ))}
        </dl>
      </More>
    </>
  )
}

export function Terms({ parts: { values, fault } }: { parts: Parts }) {
  const text = (name: string) => one(values, name)
  const groups = values.gop
  return (
    <Section title="Thời gian và cách gộp">
      <div class="stack">
        <TextInput
          name="keo-dai"
          label="Phải kéo dài"
          hint="Ví dụ 30m, 6h; 0m là báo ngay."
          width="10"
          value={text('keo-dai')}
          error={fault('keo-dai')}
        />
        <TextInput
          name="den-muon"
          label="Chờ số liệu đến muộn"
          hint="Chưa xét những gì mới hơn khoảng này; 0m là không chờ."
          width="10"
          value={text('den-muon')}
          error={fault('den-muon')}
        />
        <Select
          name="thieu"
          label="Khi thiếu số liệu"
          value={text('thieu')}
          options={[
            { value: 'keep', label: 'giữ nguyên như trước' },
            { value: 'clear', label: 'coi như điều kiện đã hết' },
            { value: 'alert', label: 'báo là thiếu số liệu' },
          ]}
        />
        <TextInput
          name="thieu-sau"
          label="Báo thiếu sau"
          width="10"
          value={text('thieu-sau')}
          error={fault('thieu-sau')}
        />
        <Checkboxes
          name="gop"
          label="Gộp thành một cảnh báo theo"
          optional
          values={Array.isArray(groups) ? groups : groups ? [groups] : []}
          options={(['key', 'organisation', 'area'] as const).map((value) => ({ value, label: groupWords[value] }))}
        />
        <Checkbox name="dung" label="Đang chạy" checked={text('dung') === 'yes'} />
        <Checkbox
          name="minh-hoa"
          label="Ngưỡng là minh họa, chưa được quyết định"
          checked={text('minh-hoa') === 'yes'}
        />
        <Help title="Một điều kiện được báo thế nào">
          Điều kiện xảy ra, kéo dài đủ lâu thì báo một lần; lặp lại thì gộp và đếm. Thiếu số liệu không phải là số 0.
        </Help>
      </div>
    </Section>
  )
}
