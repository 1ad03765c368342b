import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { speakOfInput } from './input-words.ts'

test('what is wrong with an input is told in the words of people, not of the program', () => {
  speakOfInput()
  const cases: [z.ZodType, unknown, string][] = [
    [z.string(), undefined, 'Mục này còn để trống.'],
    [z.string().min(1), '', 'Mục này còn để trống.'],
    [z.string().min(5), 'abc', 'Mục này cần ít nhất 5 ký tự.'],
    [z.string().max(3), 'abcd', 'Mục này dài quá 3 ký tự; xin viết gọn lại.'],
    [z.enum(['a', 'b']), '', 'Mục này chưa được chọn.'],
    [z.coerce.number(), 'ba', 'Mục này phải là một số.'],
    [z.number().min(3), 1, 'Số này phải từ 3 trở lên.'],
    [z.array(z.string()).min(1), [], 'Cần chọn hoặc nêu ít nhất một mục.'],
    [z.email(), 'abc', 'Địa chỉ thư chưa đúng; ví dụ nguyen.van.mau@vidu.invalid.'],
    [z.string().min(1, 'Xin nhập họ và tên.'), '', 'Xin nhập họ và tên.'],
  ]
  for (const [schema, input, words] of cases)
    assert.equal(schema.safeParse(input).error?.issues[0]?.message, words, JSON.stringify(input))
  for (const [schema, input] of cases)
    assert.doesNotMatch(
      JSON.stringify(schema.safeParse(input).error?.issues.map(({ message }) => message)),
      /string|undefined|NaN/,
    )
})
