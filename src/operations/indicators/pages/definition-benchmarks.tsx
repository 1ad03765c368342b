import { Button, Form, type FormError, formatNumber, More, Section, Table, TextInput } from '#ui'
import { type FormValues, formText } from '#warehouse'
import type { Benchmark } from '../benchmarks.ts'
import type { StoredDefinition } from '../computation/plan.ts'
import { definitionPath, showPeriod, showValue } from './words.ts'

interface BenchmarksProps {
  definition: StoredDefinition
  rows: readonly Benchmark[]
  showing: { typed?: FormValues; errors: readonly FormError[] }
}

const names = ['ky-ca-nuoc', 'binh-quan', 'thu-hang', 'tong-so', 'can-cu-ca-nuoc']

export function Benchmarks({ definition, rows, showing }: BenchmarksProps) {
  const { typed = {}, errors } = showing
  const { body, code } = definition
  const text = (name: string, label: string, more: { hint?: string; width?: '4' | '10'; unit?: string } = {}) => (
    <TextInput
      name={name}
      label={label}
      {...more}
      value={formText(typed, name)}
      error={errors.find(({ field }) => field === name)?.message}
      maxLength={300}
    />
  )
  return (
    <Section title="So với cả nước" id="ca-nuoc">
      <Table
        caption="Bình quân cả nước và thứ hạng, theo kỳ"
        hideCaption
        rows={rows}
        rowKey={({ period }) => period}
        columns={[
          { key: 'period', title: 'Kỳ', cell: ({ period }) => showPeriod(period) },
          {
            key: 'mean',
            title: 'Bình quân cả nước',
            kind: 'number',
            phone: true,
            cell: ({ mean }) => (mean === null ? null : showValue(mean, body)),
          },
          {
            key: 'rank',
            title: 'Thứ hạng',
            kind: 'number',
            phone: true,
            cell: ({ rank, ofUnits }) => (rank === null ? null : `${rank}/${formatNumber(ofUnits ?? 0)}`),
          },
          { key: 'basis', title: 'Theo', phone: true, cell: ({ basis }) => basis },
          { key: 'by', title: 'Người nhập', cell: ({ madeBy }) => madeBy },
        ]}
        empty={{
          title: 'Chưa nhập',
          words: 'Khi có báo cáo công bố số của cả nước, nhập ở đây để so sánh trên trang chỉ tiêu.',
        }}
      />
      <More title="Nhập hoặc sửa số của cả nước" open={errors.some(({ field }) => names.includes(field))}>
        <Form action={`${definitionPath(code)}/ca-nuoc`} label="Số của cả nước">
          {text('ky-ca-nuoc', 'Kỳ', { hint: '2026, 2026-Q1 hoặc 2026-03', width: '10' })}
          {text('binh-quan', 'Bình quân cả nước', { width: '10', unit: body.unit })}
          <div class="columns columns-2">
            {text('thu-hang', 'Thứ hạng của tỉnh', { width: '4' })}
            {text('tong-so', 'Trên tổng số', { width: '4', unit: 'tỉnh' })}
          </div>
          {text('can-cu-ca-nuoc', 'Báo cáo, văn bản công bố', {
            hint: 'Để trống cả bình quân và thứ hạng: bỏ số đã nhập.',
          })}
          <Button kind="primary">Ghi số của cả nước</Button>
        </Form>
      </More>
    </Section>
  )
}
