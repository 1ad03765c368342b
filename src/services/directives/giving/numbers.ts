// The number that a task waits for, found by its words: a name that is typed is looked up here, and where several bear it the form asks which.
import { isPeriod } from '#calendar'
import { searchKey } from '#organisations'
import type { NumberChoice, Numbers } from '#platform/capability'
import type { Context } from '#platform/context'
import type { FormError } from '#ui'
import { textOf, type Values } from '../pages/forms.ts'

/** The numbers of all rooms as one shelf. */
export const joinNumbers = (read: () => readonly Numbers[]): Numbers => ({
  async search(ctx, question, limit) {
    const found = await Promise.all(read().map((one) => one.search(ctx, question, limit)))
    return found.flat().slice(0, limit)
  },
  async find(ctx, code) {
    const found = await Promise.all(read().map((one) => one.find(ctx, code)))
    return found.find((one) => one !== undefined)
  },
})

const mostOffered = 8
const mostLooked = 40

/** Those whose names hold every word as it was typed, where there are such: parts of words and descriptions say less. */
function narrowed(typed: string, found: readonly NumberChoice[]): readonly NumberChoice[] {
  const words = searchKey(typed).split(' ').filter(Boolean)
  const named = found.filter(({ name }) => words.every((word) => searchKey(name).split(' ').includes(word)))
  return named.length > 0 ? named : found
}

export interface Chosen {
  /** What was typed, with the code that it stands for once that is known. */
  values: Values
  errors: FormError[]
  /** Among these it must be said which. */
  offered: NumberChoice[]
}

/** Reads which number the form means. Nothing typed: the task waits for none. */
export async function chooseNumber(ctx: Context, numbers: Numbers, values: Values): Promise<Chosen> {
  const typed = textOf(values, 'dk-chi-tieu')
  const plain = { ...values, 'dk-ma': '' }
  if (!typed) return { values: plain, errors: [], offered: [] }
  const ticked = textOf(values, 'dk-chon')
  const found = narrowed(typed, await numbers.search(ctx, typed, mostLooked))
  const named = found.filter(({ name, code }) => code === typed || searchKey(name) === searchKey(typed))
  const one =
    found.find(({ code }) => code === ticked) ??
    (named.length === 1 ? named[0] : found.length === 1 ? found[0] : undefined) ??
    (await numbers.find(ctx, typed))
  const period = textOf(values, 'dk-ky')
  const errors: FormError[] = []
  if (period && !isPeriod(period)) errors.push({ field: 'dk-ky', message: 'Chọn kỳ của số liệu trong danh sách.' })
  if (one) return { values: { ...plain, 'dk-chi-tieu': one.name, 'dk-ma': one.code }, errors, offered: [] }
  const message =
    found.length === 0
      ? `Không có chỉ tiêu nào khớp “${typed}”. Gõ vài chữ trong tên, ví dụ “đúng hạn”.`
      : found.length > mostOffered
        ? 'Nhiều chỉ tiêu khớp; chọn một trong các chỉ tiêu sau hoặc gõ thêm chữ.'
        : `${found.length} chỉ tiêu khớp; chọn một.`
  errors.push({ field: found.length === 0 ? 'dk-chi-tieu' : 'dk-chon', message })
  return { values: plain, errors, offered: found.slice(0, mostOffered) }
}
