export const boardPath = '/nhiem-vu'
export const listPath = '/nhiem-vu/danh-sach'
export const calendarPath = '/nhiem-vu/lich'
export const followUpPath = '/nhiem-vu/theo-doi'
export const feedPath = '/nhiem-vu/lich/dang-ky'
export const givePath = '/nhiem-vu/giao'
export const giveManyPath = '/nhiem-vu/giao-nhieu'
/** `at`: as of the moment at which whoever goes there is looking already. */
export const partPath = (code: string, at?: { text: string }): string =>
  `/nhiem-vu/${code}${at ? `?tai=${encodeURIComponent(at.text)}` : ''}`
