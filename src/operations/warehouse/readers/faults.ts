// Everything that can be wrong with a file, a row or a value, with the sentence its custodian reads. A sentence says
// what is wrong and how to mend it. The code is stable: it is stored with quarantined records and counted.

type Names = readonly string[]
const quoted = (names: Names): string => names.map((name) => `“${name}”`).join(', ')
const number = new Intl.NumberFormat('vi-VN')
const megabytes = (bytes: number): string => `${number.format(Math.max(1, Math.round(bytes / 1024 ** 2)))} MB`

const encodingNames: Record<string, string> = {
  'utf-8': 'UTF-8',
  'utf-16': 'UTF-16',
  'windows-1258': 'Windows-1258',
  tcvn3: 'TCVN3 (phông chữ ABC)',
  'windows-1252': 'Windows-1252 (chữ Tây Âu)',
}
const encodingName = (encoding: string): string => encodingNames[encoding] ?? encoding

const likely = (encoding?: string): string =>
  encoding
    ? ` Có vẻ tệp dùng ${encodingName(encoding)}: hãy khai đúng bảng mã này trong hợp đồng dữ liệu, hoặc`
    : ' Hãy'

const fileSentences = {
  'file.empty': (_: object) => 'Tệp không có nội dung. Hãy xuất lại dữ liệu rồi gửi lại.',
  'file.too-large': (f: { limit: number }) =>
    `Tệp lớn hơn mức cho phép (${megabytes(f.limit)}). Hãy chia tệp theo kỳ hoặc theo đơn vị rồi gửi từng phần.`,
  'file.expands-too-much': (f: { ratio: number }) =>
    `Tệp nén phình ra quá ${number.format(f.ratio)} lần khi giải nén nên bị từ chối để bảo vệ hệ thống. Hãy gửi tệp chưa nén hoặc kiểm tra lại nơi xuất tệp.`,
  'file.cut': (_: object) => 'Tệp nén bị đứt giữa chừng. Hãy nén và gửi lại tệp.',
  'file.broken-compression': (_: object) => 'Tệp nén bị hỏng, không giải nén được. Hãy nén và gửi lại tệp.',
  'file.wrong-type': (f: { declared: string; found: string }) =>
    `Nội dung tệp là ${f.found}, không phải ${f.declared} như đã khai. Hãy gửi đúng loại tệp hoặc sửa định dạng trong hợp đồng dữ liệu.`,
  'encoding.unknown': (f: { likely?: string }) =>
    `Tệp không phải UTF-8 và không có dấu BOM nên không rõ bảng mã.${likely(f.likely)} lưu lại tệp bằng UTF-8.`,
  'encoding.mismatch': (f: { declared: string; likely?: string }) =>
    `Tệp không dùng bảng mã ${encodingName(f.declared)} như đã khai.${likely(f.likely)} lưu lại tệp bằng ${encodingName(f.declared)}.`,
  'header.absent': (f: { line: number }) =>
    `Không thấy hàng tên cột ở dòng ${f.line}. Hãy kiểm tra số dòng tiêu đề khai trong hợp đồng dữ liệu.`,
  'column.missing': (f: { names: Names; present: Names }) =>
    `Tệp thiếu cột ${quoted(f.names)}. Các cột đang có: ${quoted(f.present)}. Hãy thêm cột còn thiếu hoặc sửa tên cột cho đúng.`,
  'column.doubled': (f: { names: Names }) =>
    `Cột ${quoted(f.names)} xuất hiện hơn một lần. Hãy xóa hoặc đổi tên cột thừa.`,
  'column.unknown': (f: { names: Names }) =>
    `Cột ${quoted(f.names)} không có trong hợp đồng dữ liệu. Hãy xóa cột này hoặc bổ sung vào hợp đồng.`,
  'column.too-many': (f: { limit: number }) =>
    `Tệp có hơn ${number.format(f.limit)} cột. Hãy kiểm tra dấu phân cách hoặc bớt cột.`,
  'json.broken': (f: { offset: number }) =>
    `Tệp JSON sai cú pháp ở byte thứ ${number.format(f.offset)}. Hãy xuất lại tệp từ phần mềm nguồn.`,
  'json.cut': (_: object) => 'Tệp JSON kết thúc khi danh sách chưa đóng. Hãy xuất lại tệp từ phần mềm nguồn.',
  'json.path-not-found': (f: { path: string }) =>
    `Không tìm thấy danh sách bản ghi tại “${f.path}” trong tệp JSON. Hãy kiểm tra đường dẫn khai trong hợp đồng dữ liệu.`,
  'json.not-an-array': (f: { path: string }) =>
    `Giá trị tại “${f.path}” trong tệp JSON không phải danh sách. Hãy khai đường dẫn tới danh sách bản ghi.`,
  'nesting.too-deep': (f: { limit: number }) =>
    `Dữ liệu lồng nhau sâu quá ${f.limit} tầng. Hãy kiểm tra lại phần mềm xuất tệp.`,
  'xml.document-type': (_: object) =>
    'Tệp XML có khai báo DOCTYPE hoặc thực thể nên bị từ chối để bảo đảm an toàn. Hãy xuất lại tệp không có phần khai báo này.',
  'xml.broken': (f: { line: number }) =>
    `Tệp XML sai cú pháp ở dòng ${number.format(f.line)}. Hãy xuất lại tệp từ phần mềm nguồn.`,
  'xml.encoding': (f: { encoding: string }) =>
    `Tệp XML khai bảng mã “${f.encoding}” mà hệ thống không đọc. Hãy lưu lại tệp bằng UTF-8.`,
  'xes.not-a-log': (f: { root: string }) =>
    `Tệp XML bắt đầu bằng thẻ “${f.root}”, không phải “log” của chuẩn XES. Hãy gửi tệp nhật ký theo chuẩn XES 1.0.`,
  'xes.trace-too-long': (f: { limit: number }) =>
    `Một vụ việc trong nhật ký có thuộc tính đứng sau hơn ${number.format(f.limit)} sự kiện. Hãy xuất lại tệp với thuộc tính đứng trước sự kiện.`,
  'workbook.locked': (_: object) =>
    'Tệp Excel được đặt mật khẩu hoặc là định dạng .xls cũ. Hãy bỏ mật khẩu và lưu lại bằng .xlsx.',
  'workbook.broken': (_: object) => 'Tệp Excel bị hỏng, không mở được. Hãy mở bằng Excel, lưu lại rồi gửi lại.',
  'workbook.too-many-parts': (f: { limit: number }) =>
    `Tệp Excel chứa hơn ${number.format(f.limit)} thành phần bên trong. Hãy chép dữ liệu sang tệp mới rồi gửi lại.`,
  'workbook.sheet-not-found': (f: { sheet: string; present: Names }) =>
    `Không có trang tính “${f.sheet}”. Các trang đang có: ${quoted(f.present)}. Hãy đổi tên trang tính hoặc sửa hợp đồng dữ liệu.`,
} as const

const rowSentences = {
  'row.columns': (f: { expected: number; found: number }) =>
    `Dòng có ${f.found} cột, cần ${f.expected} cột. Hãy kiểm tra dấu phân cách và dấu ngoặc kép trong dòng.`,
  'row.quote-unclosed': (_: object) =>
    'Dấu ngoặc kép mở ra mà không đóng lại. Hãy thêm dấu ngoặc kép đóng hoặc bỏ dấu mở.',
  'row.quote-misplaced': (f: { column: number }) =>
    `Dấu ngoặc kép đặt sai chỗ ở cột thứ ${f.column}. Hãy bao cả ô bằng ngoặc kép và viết đôi dấu ngoặc kép nằm bên trong.`,
  'row.too-long': (f: { limit: number }) =>
    `Dòng dài hơn ${megabytes(f.limit)}. Hãy kiểm tra dấu ngoặc kép hoặc dấu xuống dòng bị thiếu.`,
  'row.encoding': (f: { encoding: string }) =>
    `Dòng có ký tự không thuộc bảng mã ${encodingName(f.encoding)}. Hãy gõ lại ô bị lỗi chữ và lưu tệp bằng đúng bảng mã.`,
  'row.control-character': (_: object) => 'Dòng có ký tự điều khiển (NUL) không lưu được. Hãy xóa ký tự lạ trong dòng.',
  'row.doubled-name': (_: object) =>
    'Bản ghi JSON có một tên trường ghi hai lần trong cùng một đối tượng. Hãy bỏ bớt một để không mất giá trị nào.',
  'row.json': (_: object) => 'Bản ghi JSON sai cú pháp. Hãy xuất lại bản ghi này từ phần mềm nguồn.',
  'row.not-an-object': (_: object) =>
    'Bản ghi JSON phải là một đối tượng {…}. Hãy xuất lại bản ghi này từ phần mềm nguồn.',
  'row.too-deep': (f: { limit: number }) =>
    `Bản ghi lồng nhau sâu quá ${f.limit} tầng. Hãy kiểm tra lại phần mềm xuất tệp.`,
  'cell.error': (f: { cell: string; error: string }) =>
    `Ô ${f.cell} báo lỗi công thức ${f.error}. Hãy sửa công thức hoặc nhập giá trị trực tiếp.`,
  'cell.outside': (f: { cell: string; expected: number }) =>
    `Ô ${f.cell} có dữ liệu nằm ngoài ${f.expected} cột của bảng. Hãy đặt tên cột cho ô này hoặc xóa nội dung.`,
  'cell.not-computed': (f: { cell: string }) =>
    `Ô ${f.cell} có công thức chưa được tính. Hãy mở tệp bằng Excel, lưu lại rồi gửi lại.`,
  'xes.trace-without-events': (f: { trace: string }) =>
    `Vụ việc “${f.trace}” không có sự kiện nào. Hãy kiểm tra lại nguồn xuất nhật ký.`,
  'xes.attribute': (f: { key: string; value: string }) =>
    `Thuộc tính “${f.key}” có giá trị “${f.value}” không đúng kiểu đã khai. Hãy sửa giá trị trong phần mềm nguồn.`,
} as const

const valueSentences = {
  'value.not-text': (_: object) =>
    'Ô này chứa một danh sách hoặc một đối tượng, không phải chữ hay số. Hãy chỉ rõ thành phần cần lấy trong hợp đồng dữ liệu, ví dụ “dia_chi.phuong”.',
  'value.too-long': (f: { limit: number }) =>
    `Giá trị này dùng để gọi tên bản ghi nên không được dài quá ${number.format(f.limit)} byte. Hãy dùng một mã ngắn hơn.`,
  'value.decimal': (f: { text: string }) => `“${f.text}” không phải là số. Hãy nhập số, ví dụ 1.234,56.`,
  'value.decimal-ambiguous': (f: { text: string }) =>
    `“${f.text}” có thể đọc là hai số khác nhau. Hãy viết rõ phần thập phân hoặc khai kiểu số trong hợp đồng dữ liệu.`,
  'value.integer': (f: { text: string }) =>
    `“${f.text}” không phải là số nguyên. Hãy nhập số nguyên, không có phần thập phân.`,
  'value.number-too-large': (f: { text: string }) => `Số “${f.text}” quá lớn. Hãy kiểm tra lại đơn vị tính.`,
  'value.date': (f: { text: string; pattern: string }) =>
    `“${f.text}” không đúng mẫu ngày ${f.pattern}. Hãy nhập lại ngày theo mẫu này.`,
  'value.year-out-of-range': (f: { text: string }) =>
    `Năm của “${f.text}” nằm ngoài khoảng từ 1900 đến 2199 nên không vào kỳ báo cáo nào. Hãy kiểm tra lại năm.`,
  'value.date-not-existing': (f: { text: string }) => `Ngày “${f.text}” không có trong lịch. Hãy nhập lại ngày.`,
  'value.instant': (f: { text: string; pattern: string }) =>
    `“${f.text}” không đúng mẫu thời gian ${f.pattern}. Hãy nhập lại theo mẫu này.`,
  'value.instant-gap': (f: { text: string; timeZone: string }) =>
    `Giờ “${f.text}” không tồn tại ở múi giờ ${f.timeZone} vì đồng hồ được vặn nhanh. Hãy kiểm tra lại giờ hoặc múi giờ.`,
  'value.instant-twice': (f: { text: string; timeZone: string }) =>
    `Giờ “${f.text}” xảy ra hai lần ở múi giờ ${f.timeZone} vì đồng hồ được vặn lùi. Hãy ghi kèm độ lệch giờ, ví dụ +07:00.`,
  'value.boolean': (f: { text: string }) => `“${f.text}” không phải là Có hoặc Không. Hãy nhập một trong hai.`,
  'value.latitude': (f: { text: string }) => `Vĩ độ “${f.text}” phải là số từ −90 đến 90. Hãy kiểm tra lại tọa độ.`,
  'value.longitude': (f: { text: string }) =>
    `Kinh độ “${f.text}” phải là số từ −180 đến 180. Hãy kiểm tra lại tọa độ.`,
} as const

const sentences = { ...fileSentences, ...rowSentences, ...valueSentences }

type FactsOf<Sentence> = Sentence extends (facts: infer Facts) => string ? Facts : never
export type FileFaultCode = keyof typeof fileSentences
export type RowFaultCode = keyof typeof rowSentences
export type ValueFaultCode = keyof typeof valueSentences
export type FaultCode = keyof typeof sentences
export type FaultFacts<Code extends FaultCode> = FactsOf<(typeof sentences)[Code]>

/** Every code there is, for lists to choose from. */
// Object.keys knows no more than string; the object is the one the type is made from.
export const faultCodes = Object.keys(sentences) as FaultCode[]

/** The Vietnamese sentence for a fault: what is wrong and how to mend it. */
export function describeFault(code: FaultCode, facts: object): string {
  // Each code is stored together with the facts its own sentence asks for; the types tie them where a fault is made.
  const sentence = sentences[code] as (facts: object) => string
  return sentence(facts)
}

/** A file that cannot be read at all; what was delivered before it must be thrown away. */
export class FileFault<Code extends FileFaultCode = FileFaultCode> extends Error {
  readonly code: Code
  readonly facts: FaultFacts<Code>

  constructor(code: Code, facts: FaultFacts<Code>, options?: ErrorOptions) {
    super(describeFault(code, facts as object), options)
    this.name = 'FileFault'
    this.code = code
    this.facts = facts
  }
}

/** A text that is not the value its column promises; thrown by no one, returned by the value parsers. */
export class ValueFault<Code extends ValueFaultCode = ValueFaultCode> {
  readonly code: Code
  readonly facts: FaultFacts<Code>

  constructor(code: Code, facts: FaultFacts<Code>) {
    this.code = code
    this.facts = facts
  }

  get sentence(): string {
    return describeFault(this.code, this.facts as object)
  }
}
