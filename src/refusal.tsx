// What a reader sees instead of the page he asked for: why, what he can do about it, and the way on.

import { Button } from '#ui'

const advice: Record<number, string> = {
  401: 'Ông/bà cần đăng nhập để mở trang này.',
  403: 'Vai trò của tài khoản không gồm việc này, hoặc đơn vị nằm ngoài phạm vi được giao. Nếu công việc cần đến, xin liên hệ người quản trị hệ thống của cơ quan.',
  404: 'Địa chỉ có thể gõ chưa đúng, hoặc mục này đã bị xóa. Ông/bà tìm bằng ô tìm kiếm ở đầu trang, hoặc bắt đầu lại từ trang đầu.',
  409: 'Có thể người khác vừa thay đổi mục này. Ông/bà mở lại trang trước để xem bản mới nhất rồi làm lại.',
  413: 'Tệp hoặc nội dung gửi lên lớn hơn mức cho phép. Ông/bà chia nhỏ rồi gửi lại.',
  422: 'Ông/bà quay lại trang trước, sửa chỗ nêu trên rồi gửi lại.',
  429: 'Hệ thống tạm dừng nhận để bảo vệ tài khoản. Ông/bà chờ ít phút rồi thử lại.',
}
/** On pages without a search box: of citizens, and of who is not signed in. */
const notFoundOutside =
  'Địa chỉ có thể gõ chưa đúng, hoặc mục này đã bị xóa. Ông/bà kiểm tra lại đường dẫn, hoặc mã in trên giấy tờ.'
const faultAdvice =
  'Những gì đã lưu vẫn còn nguyên. Nếu thử lại sau ít phút mà vẫn gặp lỗi, xin báo người quản trị kèm mã và giờ ở dưới.'

interface RefusalProps {
  status: number
  /** Those of the problem: a line a field, or its code. */
  words: string
  homeHref?: string
  /** The page that was asked, without the question that was wrong. */
  againHref?: string
  /** Of this one refusal: goes before what is said of all of its kind. */
  advice?: string
}

export function Refusal({ status, words, homeHref, againHref, advice: own }: RefusalProps) {
  const code = /^Mã: (.*)$/.exec(words)?.[1]
  const lines = code ? [] : words.split('\n').map((line) => line.replace(/^[\w.-]+: /, ''))
  const hint =
    own ?? (status >= 500 ? faultAdvice : status === 404 && homeHref !== '/' ? notFoundOutside : advice[status])
  return (
    <div class="stack">
      {lines.length > 0 && (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {hint && <p>{hint}</p>}
      <p class="row">
        {againHref && <Button href={againHref}>Mở lại trang</Button>}
        <Button href={homeHref ?? '/dang-nhap'}>{homeHref ? 'Về trang đầu' : 'Đăng nhập'}</Button>
      </p>
      {code && (
        <p class="muted small">
          Mã: <span class="code">{code}</span>
        </p>
      )}
    </div>
  )
}
