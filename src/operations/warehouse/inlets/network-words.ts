const words: Record<string, string> = {
  ECONNREFUSED: 'máy chủ từ chối kết nối',
  ECONNRESET: 'máy chủ ngắt kết nối giữa chừng',
  EPIPE: 'máy chủ ngắt kết nối giữa chừng',
  ENOTFOUND: 'không tìm thấy tên máy chủ',
  EAI_AGAIN: 'chưa tra được tên máy chủ',
  ETIMEDOUT: 'máy chủ không trả lời trong thời gian chờ',
  ESOCKETTIMEDOUT: 'máy chủ không trả lời trong thời gian chờ',
  EHOSTUNREACH: 'không có đường tới máy chủ',
  ENETUNREACH: 'không có đường tới mạng của máy chủ',
  CERT_HAS_EXPIRED: 'chứng thư của máy chủ đã hết hạn',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'chứng thư của máy chủ do máy tự ký, không kiểm tra được',
  SELF_SIGNED_CERT_IN_CHAIN: 'chứng thư của máy chủ không do nơi tin cậy cấp',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'chứng thư của máy chủ không do nơi tin cậy cấp',
  ERR_TLS_CERT_ALTNAME_INVALID: 'chứng thư không phải của máy chủ này',
}

/** A fault of the network in words; of one that is not known, its code. */
export function networkWords(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return words[code] ?? (code ? `mã lỗi ${code.slice(0, 60)}` : undefined)
}
