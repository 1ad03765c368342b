// A contract as the values of its form. `read.ts` is its mirror: what is read back from an untouched form is the same contract.

import type { Column, Contract } from '../model.ts'
import type { FormValues } from '../pages/form-fields.tsx'
import { termsForm } from '../pages/terms.tsx'

const decimalText = (value: number | undefined): string => (value === undefined ? '' : String(value).replace('.', ','))

/** Words parted by commas; one that holds a mark of separation stands in quotation marks. */
export const wordsText = (words: readonly string[]): string =>
  words.map((word) => (word === '' || word !== word.trim() || /[,;"\n]/.test(word) ? `"${word}"` : word)).join(', ')

const tick = (name: string, isOn: boolean): FormValues => (isOn ? { [name]: 'yes' } : {})

export function contractForm(contract: Contract): FormValues {
  const { format } = contract
  return {
    ten: contract.name,
    'ten-anh': contract.nameEn ?? '',
    'dau-moi': contract.custodian,
    ...termsForm(contract),
    'dang-tep': format.type,
    'bang-ma': format.encoding,
    'dau-ngan': format.delimiter === '\t' ? 'tab' : format.delimiter,
    'bo-dong': String(format.skipLines),
    ...tick('co-tieu-de', format.header),
    'trang-tinh': format.sheet ?? '',
    'duong-dan': format.path ?? '',
    'mui-gio': contract.timeZone,
    'cach-gui': contract.mode,
    khoa: contract.key.map((part) => (typeof part === 'string' ? part : `= ${part.cel}`)).join('\n'),
    'thu-tu-ban': contract.versionBy ?? '',
    'cot-khac': contract.otherColumns,
    'luu-ngay': contract.retentionDays === undefined ? '' : String(contract.retentionDays),
    ...Object.assign(
      {},
      ...contract.columns.map((column, index) => columnForm(column, index, contract.personal.includes(column.name))),
    ),
    ...Object.assign(
      {},
      ...contract.checks.map(({ code, field, assert, message }, index) => ({
        [`ma-dk-${index}`]: code,
        [`cot-dk-${index}`]: field ?? '',
        [`phai-dung-${index}`]: assert,
        [`loi-bao-${index}`]: message,
      })),
    ),
    ...Object.assign(
      {},
      ...Object.values(contract.lists).map((list, index) => ({ [`danh-muc-${index}`]: listText(list) })),
    ),
  }
}

const listText = (list: Record<string, string>): string =>
  Object.entries(list)
    .map(([word, own]) => `${word} = ${own}`)
    .join('\n')

function columnForm(column: Column, index: number, isPersonal: boolean): FormValues {
  return {
    [`nhan-${index}`]: column.label ?? '',
    [`kieu-${index}`]: column.type,
    [`mau-${index}`]: wordsText(column.patterns),
    [`so-${index}`]: column.numbers,
    [`hai-lan-${index}`]: column.twice,
    [`trong-la-${index}`]: wordsText(column.nulls),
    ...tick(`bat-buoc-${index}`, column.required),
    ...tick(`co-the-vang-${index}`, !column.mustExist),
    ...tick(`ca-nhan-${index}`, isPersonal),
    [`tu-${index}`]: decimalText(column.min),
    [`den-${index}`]: decimalText(column.max),
    [`trong-${index}`]: column.oneOf ? wordsText(column.oneOf) : '',
    [`theo-mau-${index}`]: column.matches ?? '',
    [`tham-chieu-${index}`]: column.reference ?? '',
  }
}
