/**
 * Canonical record kinds: what a record of an agency becomes. One table a kind; the importer, the typed query of the indicators,
 * lists and exports are all made from this description, so that a new kind is a table and an entry here.
 */

export const fieldTypes = ['text', 'number', 'instant', 'date', 'boolean'] as const
export type FieldType = (typeof fieldTypes)[number]

export interface Field {
  /** Column of the table. */
  column: string
  type: FieldType
  /** Vietnamese label on screens. */
  label: string
  required?: boolean
  /** The instant field whose local date this date is: filled by the importer in the contract's time zone. */
  dayOf?: string
}

export interface Kind {
  table: string
  label: string
  fields: Record<string, Field>
  /** Date fields by which a measure may be dated; each is marked touched when a record comes or goes. */
  datedBy: readonly string[]
}

const text = (column: string, label: string, required = false): Field => ({ column, type: 'text', label, required })
const number = (column: string, label: string, required = false): Field => ({ column, type: 'number', label, required })
const instant = (column: string, label: string, required = false): Field => ({
  column,
  type: 'instant',
  label,
  required,
})
const day = (column: string, label: string, dayOf?: string): Field => ({ column, type: 'date', label, dayOf })

const place = {
  receivingOrganisation: text('receiving_organisation', 'Nơi tiếp nhận'),
  area: text('area', 'Địa bàn'),
}

const caseFields = {
  caseId: text('case_id', 'Mã hồ sơ', true),
  caseType: text('case_type', 'Thủ tục, loại việc'),
  channel: text('channel', 'Kênh tiếp nhận'),
  state: text('state', 'Trạng thái'),
  startedAt: instant('started_at', 'Tiếp nhận lúc'),
  startedOn: day('started_on', 'Ngày tiếp nhận', 'startedAt'),
  dueAt: instant('due_at', 'Hẹn trả lúc'),
  dueOn: day('due_on', 'Ngày hẹn trả', 'dueAt'),
  endedAt: instant('ended_at', 'Kết thúc lúc'),
  endedOn: day('ended_on', 'Ngày kết thúc', 'endedAt'),
}

/** Kinds by the name a contract uses. `attributes` (jsonb) stands beside the fields of each and is asked as `attributes.<name>`. */
export const kinds = {
  case: {
    table: 'process_case',
    label: 'Hồ sơ, vụ việc',
    fields: { ...caseFields, ...place },
    datedBy: ['startedOn', 'dueOn', 'endedOn'],
  },
  'case-event': {
    table: 'case_event',
    label: 'Sự kiện xử lý hồ sơ',
    fields: {
      ...caseFields,
      ...place,
      activity: text('activity', 'Bước xử lý', true),
      lifecycle: text('lifecycle', 'Giai đoạn của bước'),
      occurredAt: instant('occurred_at', 'Thời điểm', true),
      occurredOn: day('occurred_on', 'Ngày', 'occurredAt'),
      resource: text('resource', 'Người thực hiện'),
      unit: text('unit', 'Bộ phận'),
    },
    datedBy: ['occurredOn'],
  },
  'citizen-report': {
    table: 'citizen_report',
    label: 'Phản ánh, kiến nghị',
    fields: {
      ...place,
      openedAt: instant('opened_at', 'Tiếp nhận lúc', true),
      openedOn: day('opened_on', 'Ngày tiếp nhận', 'openedAt'),
      dueAt: instant('due_at', 'Hạn trả lời'),
      dueOn: day('due_on', 'Ngày hạn', 'dueAt'),
      closedAt: instant('closed_at', 'Trả lời lúc'),
      closedOn: day('closed_on', 'Ngày trả lời', 'closedAt'),
      status: text('status', 'Trạng thái'),
      category: text('category', 'Lĩnh vực'),
      channel: text('channel', 'Kênh gửi'),
      rating: number('rating', 'Điểm hài lòng'),
      latitude: number('latitude', 'Vĩ độ'),
      longitude: number('longitude', 'Kinh độ'),
    },
    datedBy: ['openedOn', 'dueOn', 'closedOn'],
  },
  observation: {
    table: 'observation',
    label: 'Số đo',
    fields: {
      ...place,
      series: text('series', 'Chuỗi số đo', true),
      property: text('property', 'Đại lượng', true),
      observedAt: instant('observed_at', 'Thời điểm đo', true),
      observedOn: day('observed_on', 'Ngày đo', 'observedAt'),
      value: number('value', 'Giá trị'),
      unit: text('unit', 'Đơn vị tính'),
      latitude: number('latitude', 'Vĩ độ'),
      longitude: number('longitude', 'Kinh độ'),
    },
    datedBy: ['observedOn'],
  },
  project: {
    table: 'project',
    label: 'Dự án, nhiệm vụ',
    fields: {
      ...place,
      projectId: text('project_id', 'Mã dự án', true),
      name: text('name', 'Tên dự án'),
      category: text('category', 'Lĩnh vực'),
      phase: text('phase', 'Giai đoạn'),
      reportedOn: day('reported_on', 'Ngày báo cáo'),
      startOn: day('start_on', 'Ngày khởi công'),
      finishOn: day('finish_on', 'Ngày hoàn thành dự kiến'),
      plannedAmount: number('planned_amount', 'Kế hoạch vốn'),
      committedAmount: number('committed_amount', 'Vốn đã cam kết'),
      spentAmount: number('spent_amount', 'Vốn đã giải ngân'),
      slipDays: number('slip_days', 'Số ngày chậm'),
      currency: text('currency', 'Tiền tệ'),
    },
    datedBy: ['reportedOn'],
  },
  'budget-movement': {
    table: 'budget_movement',
    label: 'Biến động ngân sách',
    fields: {
      ...place,
      projectId: text('project_id', 'Mã dự án'),
      category: text('category', 'Khoản mục', true),
      movement: text('movement', 'Loại biến động', true),
      occurredOn: day('occurred_on', 'Ngày'),
      amount: number('amount', 'Số tiền', true),
      currency: text('currency', 'Tiền tệ'),
    },
    datedBy: ['occurredOn'],
  },
  'indicator-value': {
    table: 'indicator_value',
    label: 'Giá trị chỉ tiêu',
    fields: {
      ...place,
      indicator: text('indicator', 'Mã chỉ tiêu', true),
      period: text('period', 'Kỳ', true),
      periodOn: day('period_on', 'Ngày đầu kỳ'),
      value: number('value', 'Giá trị', true),
      unit: text('unit', 'Đơn vị tính'),
    },
    datedBy: ['periodOn'],
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof kinds
export const kindNames = Object.keys(kinds) as [KindName, ...KindName[]]

/** The description of a kind with its fields open to be asked by name. */
export const kindOf = (name: KindName): Kind => kinds[name]
