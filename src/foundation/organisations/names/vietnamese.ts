// Vietnamese names arrive composed and decomposed (NFC, NFD) and with the tone on either vowel (Hòa, Hoà); both are
// right to a reader and different to a computer. Names are kept in one form, searched in another without marks.

const toneMarks = ['\u0300', '\u0301', '\u0303', '\u0309', '\u0323']

// In an open syllable on oa, oe, uy the tone moves from the second vowel to the first: hoà → hòa, thuỷ → thủy.
// A closed syllable (hoàn, quỳnh) keeps it, and so does qu-, where u belongs to the consonant (quý).
const lateTone = new RegExp(
  `(?<!q)(o)([ae])([${toneMarks.join('')}])(?![\\p{L}\\p{M}])|(?<!q)(u)(y)([${toneMarks.join('')}])(?![\\p{L}\\p{M}])`,
  'giu',
)

/** A name in the one form that is stored: NFC, single spaces, the tone on the first vowel of oa, oe, uy. */
export function tidyName(text: string): string {
  return text
    .normalize('NFD')
    .replace(lateTone, (_whole, o, ae, tone, u, y, otherTone) => (o ? `${o}${tone}${ae}` : `${u}${otherTone}${y}`))
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim()
}

/** What a name is searched by: lower case, no diacritics, đ as d, punctuation as single spaces. */
export function searchKey(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

const collator = new Intl.Collator('vi')

/** Orders names as a Vietnamese reader expects (An, Ánh, Ăn, Ân; D before Đ). */
export const compareNames = (a: string, b: string): number => collator.compare(a, b)
