// Buttons that change the form itself: it comes back with what was typed and one part more or less.

import type { FormValues } from '#warehouse'
import { formText } from '#warehouse'
import { measureKeys } from './read.ts'
import { measureForm } from './write.ts'

/** The form as the button asks for it; nothing when the button saves. */
export function changedForm(values: FormValues): FormValues | undefined {
  const [work = '', part = ''] = formText(values, 'viec').split(':')
  if (work === 'lap-lai') return withMeasures(values)
  if (work === 'them') return withMeasures({ ...values, ...nextMeasure(values, part) })
  if (work !== 'bo') return undefined
  return withMeasures(Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith(`${part}-`))))
}

/** A formula that needs a measure has one to fill in. */
function withMeasures(values: FormValues): FormValues {
  const type = formText(values, 'dang')
  const groups = type === 'ratio' ? ['t', 'm'] : type === 'measure' ? ['m'] : []
  return Object.assign(
    {},
    values,
    ...groups.map((group) => (measureKeys(values, group).length > 0 ? {} : nextMeasure(values, group))),
  )
}

/** Another measure over the records of the last one. */
function nextMeasure(values: FormValues, group: string): FormValues {
  const keys = measureKeys(values, group)
  const last = keys.at(-1)
  const index = last === undefined ? 0 : Number(last.split('-')[1]) + 1
  const empty = measureForm(`${group}-${index}`, {
    kind: 'case',
    aggregate: 'count',
    where: [],
    scale: 1,
  })
  if (last === undefined) return empty
  const same = ['loai', 'ngay', 'nguon'].flatMap((name) => {
    const value = values[`${last}-${name}`]
    return value === undefined ? [] : [[`${group}-${index}-${name}`, value] as const]
  })
  return { ...empty, ...Object.fromEntries(same) }
}
