// Legal basis and cadence as a form: the same questions of a source's contract and of an indicator's definition.

import { Checkbox, DateInput, FieldGroup, type FormError, Radios, readDateInput } from '#ui'
import type { Basis, Cadence } from '../model.ts'
import { type FormPart, FormSelect, FormText, type FormValues, formText } from './form-fields.tsx'
import { basisKinds, everyWords } from './words.ts'

/** What the fields show of a basis and a cadence. */
export function termsForm({ basis, cadence }: { basis?: Basis; cadence?: Cadence }): Record<string, string> {
  const document = basis?.kind === 'dataset' ? undefined : basis
  const [year = '', month = '', day = ''] = document?.issuedOn?.split('-') ?? []
  return {
    'loai-can-cu': basis?.kind ?? 'law',
    'can-cu': basis?.title ?? '',
    'so-can-cu': document?.number ?? '',
    'ngay-can-cu-day': day.replace(/^0/, ''),
    'ngay-can-cu-month': month.replace(/^0/, ''),
    'ngay-can-cu-year': year,
    'dieu-can-cu': document?.article ?? '',
    'giay-phep': basis?.kind === 'dataset' ? basis.licence : '',
    'dia-chi-can-cu': (basis?.kind === 'dataset' && basis.url) || '',
    'ghi-nguon': (basis?.kind === 'dataset' && basis.attribution) || '',
    ...(document?.unverified ? { 'chua-doi-chieu': 'yes' } : {}),
    'dinh-ky': cadence?.every ?? '',
    'lich-ky': cadence?.family ?? 'calendar',
    han: cadence ? String(cadence.dueWorkingDays) : '',
    'gio-han': cadence?.dueTime ?? '17:00',
  }
}

/** The basis that the fields say; what is missing in it is told at its field. */
export function readBasis(values: FormValues, errors: FormError[]): unknown {
  const of = (name: string) => formText(values, name)
  const given = (name: string) => of(name) || undefined
  const kind = of('loai-can-cu')
  if (!of('can-cu')) errors.push({ field: 'can-cu', message: 'Nhập tên văn bản, quy định hoặc bộ dữ liệu làm căn cứ.' })
  if (kind === 'dataset') {
    if (!of('giay-phep'))
      errors.push({ field: 'giay-phep', message: 'Nhập giấy phép của bộ dữ liệu, ví dụ CC BY 4.0.' })
    return {
      kind,
      title: of('can-cu'),
      licence: of('giay-phep'),
      url: given('dia-chi-can-cu'),
      attribution: given('ghi-nguon'),
    }
  }
  if (kind !== 'internal' && !of('so-can-cu'))
    errors.push({ field: 'so-can-cu', message: 'Nhập số, ký hiệu văn bản, ví dụ 118/2025/NĐ-CP.' })
  const issuedOn = readDateInput(values, 'ngay-can-cu')
  if (issuedOn === 'invalid')
    errors.push({
      field: 'ngay-can-cu',
      message: 'Ngày ban hành phải có đủ ngày, tháng, năm, ví dụ 09/06/2025; hoặc để trống cả ba ô.',
    })
  return {
    kind: kind === 'internal' ? 'internal' : 'law',
    title: of('can-cu'),
    number: kind === 'internal' ? given('so-can-cu') : of('so-can-cu'),
    issuedOn: issuedOn === 'invalid' ? undefined : issuedOn,
    article: given('dieu-can-cu'),
    unverified: of('chua-doi-chieu') !== '',
  }
}

/** The cadence that the fields say. */
export function readCadence(values: FormValues, errors: FormError[]): unknown {
  const of = (name: string) => formText(values, name)
  const every = of('dinh-ky')
  if (!(every in everyWords)) errors.push({ field: 'dinh-ky', message: 'Chọn định kỳ: bao lâu có số liệu một lần.' })
  const days = of('han') === '' ? 0 : Number(of('han'))
  if (!/^\d{0,3}$/.test(of('han')) || days > 250)
    errors.push({ field: 'han', message: 'Số ngày làm việc là số nguyên từ 0 đến 250.' })
  const time = of('gio-han').replace(/^(\d):/, '0$1:')
  if (time !== '' && !/^([01]\d|2[0-3]):[0-5]\d$/.test(time))
    errors.push({ field: 'gio-han', message: 'Giờ viết theo 24 giờ, ví dụ 17:00.' })
  return { every, family: of('lich-ky') || 'calendar', dueWorkingDays: days, dueTime: time || '17:00' }
}

export function BasisFields(part: FormPart) {
  const { values, errorOf } = part
  const text = (name: string, label: string) => <FormText {...part} name={name} label={label} maxLength={300} />
  return (
    <>
      <Radios
        name="loai-can-cu"
        label="Loại căn cứ"
        inline
        value={formText(values, 'loai-can-cu')}
        options={Object.entries(basisKinds).map(([value, label]) => ({ value, label }))}
      />
      {text('can-cu', 'Tên văn bản, quy định hoặc bộ dữ liệu')}
      <FieldGroup
        name="van-ban-can-cu"
        label="Nếu là văn bản hoặc quy định"
        hint="Quy định nội bộ có thể không có số; điều khoản ghi như trong văn bản."
      >
        <div class="columns columns-2">
          {text('so-can-cu', 'Số, ký hiệu')}
          {text('dieu-can-cu', 'Điều, khoản')}
        </div>
        <DateInput
          name="ngay-can-cu"
          label="Ngày ban hành"
          optional
          value={{
            day: formText(values, 'ngay-can-cu-day'),
            month: formText(values, 'ngay-can-cu-month'),
            year: formText(values, 'ngay-can-cu-year'),
          }}
          error={errorOf('ngay-can-cu')}
        />
        <Checkbox
          name="chua-doi-chieu"
          label="Chưa đối chiếu toàn văn"
          checked={formText(values, 'chua-doi-chieu') !== ''}
        />
      </FieldGroup>
      <FieldGroup name="bo-du-lieu" label="Nếu là bộ dữ liệu">
        <div class="columns columns-3">
          {text('giay-phep', 'Giấy phép')}
          {text('dia-chi-can-cu', 'Địa chỉ')}
          {text('ghi-nguon', 'Cách ghi nguồn')}
        </div>
      </FieldGroup>
    </>
  )
}

export function CadenceFields(part: FormPart) {
  return (
    <div class="columns columns-2">
      <FormSelect
        {...part}
        name="dinh-ky"
        label="Định kỳ"
        empty="Chọn định kỳ"
        options={Object.entries(everyWords).map(([value, label]) => ({ value, label }))}
      />
      <FormSelect
        {...part}
        name="lich-ky"
        label="Kỳ tính theo"
        options={[
          { value: 'calendar', label: 'Tháng, quý, năm dương lịch' },
          { value: 'R', label: 'Kỳ báo cáo từ ngày 15 đến ngày 14' },
          { value: 'C25', label: 'Kỳ từ ngày 26 đến ngày 25' },
        ]}
      />
      <FormText
        {...part}
        name="han"
        label="Phải có sau khi hết kỳ"
        unit="ngày làm việc"
        width="4"
        inputMode="numeric"
        maxLength={3}
      />
      <FormText {...part} name="gio-han" label="Trước giờ" width="4" maxLength={5} />
    </div>
  )
}
