/** What is wrong with what came in, as people are told it; of the rest the library has Vietnamese words of its own. */
import { z } from 'zod'

export function speakOfInput(): void {
  z.config({ ...z.locales.vi(), customError: sayFault })
}

type Raw = z.core.$ZodRawIssue

function sayFault(fault: Raw): string | undefined {
  switch (fault.code) {
    case 'invalid_type':
    case 'invalid_value':
    case 'invalid_union':
      return sayMissing(fault)
    case 'too_small':
      return saySmall(fault)
    case 'too_big':
      return fault.origin === 'string' ? `Mục này dài quá ${fault.maximum} ký tự; xin viết gọn lại.` : undefined
    case 'invalid_format':
      return fault.format === 'email' ? 'Địa chỉ thư chưa đúng; ví dụ nguyen.van.mau@vidu.invalid.' : undefined
    default:
      return undefined
  }
}

function sayMissing({ input, code, expected }: Raw): string | undefined {
  if (input === undefined || input === null || input === '')
    return code === 'invalid_value' ? 'Mục này chưa được chọn.' : 'Mục này còn để trống.'
  return Number.isNaN(input) && expected === 'number' ? 'Mục này phải là một số.' : undefined
}

function saySmall({ origin, minimum, inclusive }: Extract<Raw, { code: 'too_small' }>): string | undefined {
  if (origin === 'string') return minimum === 1 ? 'Mục này còn để trống.' : `Mục này cần ít nhất ${minimum} ký tự.`
  if (origin === 'array') return minimum === 1 ? 'Cần chọn hoặc nêu ít nhất một mục.' : undefined
  return origin === 'number' || origin === 'int'
    ? `Số này phải ${inclusive ? 'từ' : 'lớn hơn'} ${minimum}${inclusive ? ' trở lên' : ''}.`
    : undefined
}
