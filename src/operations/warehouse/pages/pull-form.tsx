import { Checkbox, FieldGroup, type FormError, Radios, Select, TextArea } from '#ui'
import { type HttpPull, NewPull, type PullSettings } from '../inlets/pull-settings.ts'
import type { Contract } from '../model.ts'
import { type FormPart, FormText, type FormValues, formText } from './form-fields.tsx'
import { driverNames, schedules } from './pull-words.ts'

type Type = PullSettings['type']

const other = 'khac'

/** The form of a pull that stands, or of a new one with what the contract already says. */
export function pullForm(pull: Pick<NewPull, 'settings' | 'schedule' | 'paused'>): FormValues {
  const { settings, schedule, paused } = pull
  const when = {
    lich: schedule in schedules ? schedule : other,
    'lich-rieng': schedule in schedules ? '' : schedule,
    ...(paused ? { 'tam-dung': 'yes' } : {}),
  }
  if (settings.type === 'http') return { ...when, ...httpForm(settings) }
  return {
    ...when,
    he: settings.driver,
    'may-chu': settings.host,
    cong: String(settings.port),
    'co-so': settings.database,
    'tai-khoan': settings.user,
    'mat-khau': settings.passwordSecret,
    'ma-hoa': settings.tls,
    'luoc-do': settings.schema ?? '',
    bang: settings.table,
    cot: settings.columns.join('\n'),
    moc: settings.watermark,
    khoa: settings.key.join(', '),
    lui: String(settings.overlap),
    'mot-trang': String(settings.pageRows),
    'nhieu-nhat': String(settings.maxRows),
    'cho-lenh': String(settings.statementSeconds),
  }
}

const httpForm = (settings: HttpPull): FormValues => ({
  'dia-chi': settings.url,
  'xac-thuc': settings.authorizationSecret ?? '',
  'ten-tep': settings.fileName ?? '',
  'cho-tai': String(settings.timeoutSeconds),
  'lon-nhat': String(settings.maxMegabytes),
  'lan-thu': String(settings.attempts),
})

export function emptyPullForm(type: Type, contract: Contract): FormValues {
  const when = { lich: type === 'http' ? '0 6 * * *' : '*/15 * * * *', 'lich-rieng': '' }
  if (type === 'http') return { ...when, 'cho-tai': '300', 'lon-nhat': '512', 'lan-thu': '5' }
  return {
    ...when,
    he: 'postgres',
    'ma-hoa': 'verify',
    cot: contract.columns.map(({ name }) => name).join('\n'),
    moc: contract.versionBy ?? '',
    khoa: contract.key.filter((part) => typeof part === 'string' && !part.startsWith('$')).join(', '),
    lui: '300',
    'mot-trang': '5000',
    'nhieu-nhat': '500000',
    'cho-lenh': '60',
  }
}

export type ReadPull = { pull: NewPull } | { errors: FormError[] }

/** A pull as its form says it; every fault at its field. */
export function readPullForm(source: string, type: Type, values: FormValues): ReadPull {
  const of = (name: string) => formText(values, name)
  const given = (name: string) => of(name) || undefined
  const number = (name: string) => (of(name) === '' ? undefined : Number(of(name).replaceAll('.', '')))
  const words = (name: string) =>
    of(name)
      .split(/[\n,;]/)
      .map((word) => word.trim())
      .filter(Boolean)
  const driver = of('he') in driverNames ? (of('he') as keyof typeof driverNames) : undefined
  const settings =
    type === 'http'
      ? {
          type,
          url: of('dia-chi'),
          authorizationSecret: given('xac-thuc'),
          fileName: given('ten-tep'),
          timeoutSeconds: number('cho-tai'),
          maxMegabytes: number('lon-nhat'),
          attempts: number('lan-thu'),
        }
      : {
          type,
          driver,
          host: of('may-chu'),
          port: number('cong') ?? (driver && driverNames[driver].port),
          database: of('co-so'),
          user: of('tai-khoan'),
          passwordSecret: of('mat-khau'),
          tls: given('ma-hoa'),
          schema: given('luoc-do'),
          table: of('bang'),
          columns: words('cot'),
          watermark: of('moc'),
          key: words('khoa'),
          overlap: number('lui'),
          pageRows: number('mot-trang'),
          maxRows: number('nhieu-nhat'),
          statementSeconds: number('cho-lenh'),
        }
  const schedule = of('lich') === other ? of('lich-rieng') : of('lich')
  const parsed = NewPull.safeParse({ source, settings, schedule, paused: of('tam-dung') !== '' })
  if (parsed.success) return { pull: parsed.data }
  const errors = parsed.error.issues.map((issue) => errorAt(issue.path.map(String), issue.message, of('lich')))
  return { errors: errors.filter((one, index) => errors.findIndex(({ field }) => field === one.field) === index) }
}

const fields: Record<string, [field: string, message?: string]> = {
  url: ['dia-chi'],
  authorizationSecret: ['xac-thuc'],
  fileName: ['ten-tep', 'Tên tệp không có dấu gạch chéo, dài không quá 200 ký tự.'],
  timeoutSeconds: ['cho-tai', 'Số giây là số nguyên từ 1 đến 3.600.'],
  maxMegabytes: ['lon-nhat', 'Dung lượng là số MB từ 1 đến 100.000.'],
  attempts: ['lan-thu', 'Số lần thử là số nguyên từ 1 đến 10.'],
  driver: ['he', 'Chọn hệ quản trị cơ sở dữ liệu.'],
  host: ['may-chu', 'Nhập tên hoặc địa chỉ máy chủ, ví dụ csdl.so-nnmt.local.'],
  port: ['cong', 'Cổng là số từ 1 đến 65535; để trống thì theo hệ quản trị.'],
  database: ['co-so', 'Nhập tên cơ sở dữ liệu.'],
  user: ['tai-khoan', 'Nhập tài khoản chỉ có quyền đọc.'],
  passwordSecret: ['mat-khau', 'Nhập tên tệp bí mật: chữ thường không dấu, số và dấu gạch nối.'],
  schema: ['luoc-do'],
  table: ['bang', 'Nhập tên bảng hoặc khung nhìn, không có dấu nháy.'],
  columns: ['cot', 'Nhập ít nhất một cột, mỗi dòng một tên.'],
  watermark: ['moc', 'Nhập cột mốc: thời điểm sửa đổi hoặc số tăng dần.'],
  key: ['khoa', 'Nhập từ một đến tám cột khóa.'],
  overlap: ['lui', 'Khoảng lùi là số nguyên không âm.'],
  pageRows: ['mot-trang', 'Số dòng mỗi lượt đọc từ 1 đến 50.000.'],
  maxRows: ['nhieu-nhat', 'Số dòng mỗi lần lấy từ 1 đến 10.000.000.'],
  statementSeconds: ['cho-lenh', 'Số giây chờ một câu lệnh từ 1 đến 600.'],
}

function errorAt([first, part = '']: string[], message: string, chosen: string): FormError {
  if (first === 'schedule') return { field: chosen === other ? 'lich-rieng' : 'lich', message }
  const [field = 'lich', words = message] = fields[part] ?? []
  if (field === 'dia-chi' && !message.includes('tệp bí mật'))
    return { field, message: 'Nhập địa chỉ đầy đủ của tệp, bắt đầu bằng https:// hoặc http://.' }
  return { field, message: words }
}

export function PullFields({ type, ...props }: FormPart & { type: Type }) {
  return (
    <>
      {type === 'http' ? <HttpFields {...props} /> : <DatabaseFields {...props} />}
      <ScheduleFields {...props} />
    </>
  )
}

function HttpFields(props: FormPart) {
  return (
    <>
      <FormText
        {...props}
        name="dia-chi"
        label="Địa chỉ của tệp"
        hint="Tệp ở dạng mà hợp đồng của nguồn nêu. Không ghi tài khoản, mật khẩu trong địa chỉ."
      />
      <FormText
        {...props}
        name="xac-thuc"
        label="Tên tệp bí mật chứa nội dung Authorization"
        hint="Ví dụ khoa-kho-du-lieu; nội dung tệp secrets/pull/khoa-kho-du-lieu được gửi nguyên văn, ví dụ “Bearer …”."
        optional
        width="20"
      />
      <FormText
        {...props}
        name="ten-tep"
        label="Ghi nhận với tên tệp"
        hint="Để trống thì lấy từ địa chỉ."
        optional
        width="20"
      />
      <FieldGroup name="gioi-han" label="Giới hạn mỗi lần lấy">
        <div class="columns columns-3">
          <FormText {...props} name="cho-tai" label="Chờ nhiều nhất" unit="giây" width="4" />
          <FormText {...props} name="lon-nhat" label="Tệp lớn nhất" unit="MB" width="4" />
          <FormText {...props} name="lan-thu" label="Số lần thử" width="4" />
        </div>
      </FieldGroup>
    </>
  )
}

function DatabaseFields(props: FormPart) {
  const { values, errorOf } = props
  return (
    <>
      <Radios
        name="he"
        label="Hệ quản trị cơ sở dữ liệu"
        value={formText(values, 'he')}
        error={errorOf('he')}
        options={Object.entries(driverNames).map(([value, { name, port, isTried }]) => ({
          value,
          label: isTried ? name : `${name} (chưa được thử)`,
          hint: isTried
            ? `Cổng thường dùng ${port}.`
            : `Cổng thường dùng ${port}. Chưa chạy thử với máy chủ thật; hãy đối chiếu kỹ lần lấy đầu.`,
        }))}
      />
      <div class="columns columns-2">
        <FormText {...props} name="may-chu" label="Máy chủ" width="20" />
        <FormText {...props} name="cong" label="Cổng" optional width="4" />
        <FormText {...props} name="co-so" label="Cơ sở dữ liệu" width="20" />
        <FormText {...props} name="luoc-do" label="Lược đồ" optional width="20" />
        <FormText {...props} name="tai-khoan" label="Tài khoản chỉ đọc" width="20" />
        <FormText
          {...props}
          name="mat-khau"
          label="Tên tệp bí mật chứa mật khẩu"
          hint="Trong secrets/pull."
          width="20"
        />
      </div>
      <Radios
        name="ma-hoa"
        label="Đường truyền"
        inline
        value={formText(values, 'ma-hoa')}
        options={[
          { value: 'verify', label: 'Mã hóa TLS, kiểm tra chứng thư' },
          { value: 'off', label: 'Không mã hóa (chỉ trong mạng nội bộ)' },
        ]}
      />
      <FormText {...props} name="bang" label="Bảng hoặc khung nhìn" width="20" />
      <TextArea
        name="cot"
        label="Các cột cần lấy"
        hint="Mỗi dòng một cột, trùng tên cột của hợp đồng."
        rows={8}
        value={formText(values, 'cot')}
        error={errorOf('cot')}
      />
      <div class="columns columns-3">
        <FormText {...props} name="moc" label="Cột mốc" hint="Tăng theo mỗi thay đổi: thời điểm sửa hoặc số thứ tự." />
        <FormText
          {...props}
          name="khoa"
          label="Cột khóa"
          hint="Phân biệt các dòng cùng mốc; cách nhau bằng dấu phẩy."
        />
        <FormText {...props} name="lui" label="Lùi lại" hint="Giây (hoặc số) trước mốc lần trước." width="10" />
      </div>
      <FieldGroup name="gioi-han" label="Giới hạn mỗi lần lấy">
        <div class="columns columns-3">
          <FormText {...props} name="mot-trang" label="Mỗi lượt đọc" unit="dòng" width="10" />
          <FormText {...props} name="nhieu-nhat" label="Nhiều nhất" unit="dòng" width="10" />
          <FormText {...props} name="cho-lenh" label="Chờ một câu lệnh" unit="giây" width="4" />
        </div>
      </FieldGroup>
    </>
  )
}

function ScheduleFields(props: FormPart) {
  const { values, errorOf } = props
  return (
    <>
      <Select
        name="lich"
        label="Lấy vào lúc"
        value={formText(values, 'lich')}
        error={errorOf('lich')}
        options={[
          ...Object.entries(schedules).map(([value, label]) => ({ value, label })),
          { value: other, label: 'Lịch riêng, viết ở ô dưới' },
        ]}
      />
      <FormText
        {...props}
        name="lich-rieng"
        label="Lịch riêng"
        hint="Dạng crontab: phút, giờ, ngày, tháng, thứ. Ví dụ “30 7 * * 1-5” là 07:30 các ngày thứ Hai đến thứ Sáu."
        optional
        width="20"
      />
      <Checkbox
        name="tam-dung"
        label="Tạm dừng"
        hint="Giữ lịch nhưng chưa lấy."
        checked={formText(values, 'tam-dung') !== ''}
      />
    </>
  )
}
