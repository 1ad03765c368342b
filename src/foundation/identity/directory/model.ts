// Directories of agencies (LDAP, RFC 4510 ff.): what is set of one, and how a name goes into its filter.
import { z } from 'zod'

// Asked of an address that another rule has refused, too.
const isLoopback = (url: string) =>
  URL.canParse(url) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)

/** What somebody types into a filter stays a value (RFC 4515, section 3). */
export const escapeFilterValue = (text: string): string =>
  text.replace(/[\\*()\0]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)

export const fillFilter = (filter: string, name: string): string =>
  filter.replaceAll('{name}', () => escapeFilterValue(name))

const attribute = z
  .string()
  .trim()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'Tên thuộc tính gồm chữ, chữ số, gạch nối; ví dụ mail.')

export const NewDirectory = z
  .strictObject({
    code: z
      .string()
      .trim()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'Mã gồm chữ thường không dấu, chữ số, gạch nối; ví dụ ad-so-khcn.'),
    name: z.string().trim().min(1, 'Nhập tên danh bạ, ví dụ Active Directory của Sở.').max(200),
    organisation: z.string().min(1, 'Chọn đơn vị.'),
    url: z
      .string()
      .trim()
      .max(300)
      .regex(
        /^ldaps?:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/,
        'Địa chỉ có dạng ldaps://ad.so.vidu.invalid:636.',
      ),
    startTls: z.boolean(),
    ca: z
      .string()
      .trim()
      .max(20_000)
      .regex(
        /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----$/,
        'Dán chứng thư ở dạng PEM, cả dòng BEGIN và END.',
      )
      .optional(),
    baseDn: z.string().trim().min(1, 'Nhập gốc tìm kiếm, ví dụ ou=CanBo,dc=so,dc=vidu.').max(500),
    filter: z
      .string()
      .trim()
      .max(500)
      .regex(/^\(.*\{name\}.*\)$/, 'Bộ lọc nằm trong ngoặc và có {name}, ví dụ (sAMAccountName={name}).'),
    bindDn: z.string().trim().min(1, 'Nhập tài khoản tra cứu, ví dụ cn=tracuu,dc=so,dc=vidu.').max(500),
    /** Absent: the one that is kept stays. */
    bindPassword: z.string().min(1).max(500).optional(),
    domain: z
      .string()
      .trim()
      .toLowerCase()
      .max(200)
      .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'Tên miền có dạng so.vidu.invalid, không có @.')
      .optional(),
    nameAttribute: attribute,
    mailAttribute: attribute,
    phoneAttribute: attribute,
    enabled: z.boolean(),
  })
  .refine(({ url, startTls }) => url.startsWith('ldaps:') || startTls || isLoopback(url), {
    path: ['url'],
    message: 'Mật khẩu không được đi qua mạng ở dạng rõ: dùng ldaps:// hoặc bật StartTLS.',
  })
export type NewDirectory = z.infer<typeof NewDirectory>

/** `nguyen.van.mau@so.vidu.invalid` → its two halves. */
export function splitSignInName(typed: string): { name: string; domain: string | undefined } {
  const text = typed.trim().toLowerCase()
  const at = text.lastIndexOf('@')
  return at < 0 ? { name: text, domain: undefined } : { name: text.slice(0, at), domain: text.slice(at + 1) }
}
