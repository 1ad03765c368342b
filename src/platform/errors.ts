/** An expected failure: what the caller did not get and why. Rendered once, by `platform/http`, as RFC 9457 problem details or as a page. */
export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly facts: Record<string, unknown>
  readonly fields: FieldFault[]

  constructor(
    code: string,
    status: number,
    message: string,
    facts: Record<string, unknown> = {},
    fields: FieldFault[] = [],
  ) {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.status = status
    this.facts = facts
    this.fields = fields
  }
}

/** One fault of the input: `path` as in the input (`rows.3.value`), `message` in Vietnamese and saying how to mend it. */
export interface FieldFault {
  path: string
  message: string
}

export const invalid = (message: string, fields: FieldFault[] = []) =>
  new Problem('request.invalid', 422, message, {}, fields)

export const notFound = (what: string, code: string) =>
  new Problem(`${what}.not-found`, 404, 'Không tìm thấy nội dung được yêu cầu.', { what, code })

export const conflict = (code: string, message: string, facts: Record<string, unknown> = {}) =>
  new Problem(code, 409, message, facts)

export const unauthenticated = () => new Problem('access.unauthenticated', 401, 'Ông/bà cần đăng nhập để tiếp tục.')

export const tokenRefusedCode = 'access.token-refused'

/** For whoever shows it all the same, whatever is wrong with it. */
export const tokenRefused = () =>
  new Problem(tokenRefusedCode, 401, 'Mã truy cập không đúng, đã hết hạn hoặc không còn dùng được.')

export const forbidden = (permission: string, organisation?: string) =>
  new Problem('access.forbidden', 403, 'Tài khoản không có quyền thực hiện việc này.', { permission, organisation })

/** He holds the permission, and wants it for what it is not there for. */
export const forbiddenPurpose = (facts: { permission: string; organisation?: string; purpose: string }) =>
  new Problem('access.purpose', 403, 'Mục đích này không thuộc các mục đích được xem dữ liệu cá nhân.', facts)

export function tooLarge(limitBytes: number): Problem {
  const kilobytes = limitBytes / 1024
  const limit = kilobytes < 1024 ? `${Math.round(kilobytes)} KB` : `${Math.floor(kilobytes / 1024)} MB`
  return new Problem('request.too-large', 413, `Nội dung gửi lên vượt quá giới hạn ${limit}.`, { limitBytes })
}
