// The packages' own style sheets give overlapping ranges, which make ă đ ơ ư pull the 60 kB latin-ext file. Here each
// letter belongs to exactly one file: Vietnamese text needs latin and vietnamese only.

const latin =
  'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD'
const vietnamese =
  'U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB'
const latinExt =
  'U+0100-0101,U+0104-010F,U+0112-0127,U+012A-0130,U+0132-0151,U+0154-0167,U+016A-019F,U+01A2-01AE,U+01B1-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EFA-1EFF,U+20A0-20AA,U+20AD-20AF,U+2113,U+2C60-2C7F,U+A720-A7FF'

interface Face {
  family: string
  weight: string
  file: string
  range: string
}

const sourceSans = '@fontsource-variable/source-sans-3/files/source-sans-3'
const beVietnam = '@fontsource/be-vietnam-pro/files/be-vietnam-pro'

export const faces: Face[] = [
  { family: 'Source Sans 3', weight: '200 900', file: `${sourceSans}-latin-wght-normal.woff2`, range: latin },
  { family: 'Source Sans 3', weight: '200 900', file: `${sourceSans}-vietnamese-wght-normal.woff2`, range: vietnamese },
  { family: 'Source Sans 3', weight: '200 900', file: `${sourceSans}-latin-ext-wght-normal.woff2`, range: latinExt },
  { family: 'Be Vietnam Pro', weight: '600', file: `${beVietnam}-latin-600-normal.woff2`, range: latin },
  { family: 'Be Vietnam Pro', weight: '600', file: `${beVietnam}-vietnamese-600-normal.woff2`, range: vietnamese },
]

// What stands in until a file has come, drawn as wide as the letters that follow: lines keep their breaks and the page its place
// when they are swapped. The shares are widths of Vietnamese text.
const standIns = [
  { family: 'Source Sans 3', near: 'Arial', share: '93.8%' },
  { family: 'Source Sans 3', near: 'DejaVu', share: '81.5%' },
  { family: 'Be Vietnam Pro', near: 'Arial', share: '108%' },
  { family: 'Be Vietnam Pro', near: 'DejaVu', share: '96.8%' },
] as const

const localNames = {
  Arial: ['Roboto', 'Arial', 'Liberation Sans', 'Helvetica Neue'],
  DejaVu: ['DejaVu Sans', 'Verdana'],
}

export const fontFiles = faces.map(({ file }) => file)

/** Our `@font-face` rules, with the addresses the files are served under. */
export function fontFaces(urlOf: (file: string) => string): string {
  const own = faces.map(
    ({ family, weight, file, range }) =>
      `@font-face{font-family:'${family}';font-style:normal;font-display:swap;font-weight:${weight};src:url(${urlOf(file)}) format('woff2');unicode-range:${range}}`,
  )
  const meanwhile = standIns.map(
    ({ family, near, share }) =>
      `@font-face{font-family:'${family} near ${near}';font-weight:200 900;size-adjust:${share};src:${localNames[near].map((name) => `local('${name}')`).join(',')}}`,
  )
  return [...own, ...meanwhile].join('\n')
}
