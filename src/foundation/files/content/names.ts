import type { FileKind } from '../model.ts'

const longest = 120
// Windows keeps these for devices, with any extension.
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * A name that is safe on any disk and in any list: no folders, no characters that steer (controls, marks that turn the direction of
 * writing round, nothing without width), one Unicode form, an extension that says what the content is.
 */
export function cleanName(name: string, { extension }: FileKind): string {
  const bare = bareName(name)
  const same = extension === 'jpg' ? /\.jpe?g$/i : new RegExp(`\\.${extension}$`, 'i')
  const stem = bare.replace(same, '').replace(/[\s.]+$/, '')
  const short = [...(stem || 'tep')].slice(0, longest).join('').trim()
  return `${reserved.test(short) ? '_' : ''}${short}.${extension}`
}

/** The same of a file whose kind is not known yet. */
export function bareName(name: string): string {
  const last = name.normalize('NFC').split(/[\\/]/).at(-1) ?? ''
  return last
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[:*?"<>|]/g, '-')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '')
}
