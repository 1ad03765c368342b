import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { escapeHtml } from './markup.ts'

// Each letter belongs to exactly one of the two files.
const latin =
  'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215'
const vietnamese =
  'U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB'

const fonts = [
  {
    url: import.meta.resolve('@fontsource/tinos/files/tinos-latin-400-normal.woff2'),
    weight: 400,
    style: 'normal',
    range: latin,
  },
  {
    url: import.meta.resolve('@fontsource/tinos/files/tinos-vietnamese-400-normal.woff2'),
    weight: 400,
    style: 'normal',
    range: vietnamese,
  },
  {
    url: import.meta.resolve('@fontsource/tinos/files/tinos-latin-700-normal.woff2'),
    weight: 700,
    style: 'normal',
    range: latin,
  },
  {
    url: import.meta.resolve('@fontsource/tinos/files/tinos-vietnamese-700-normal.woff2'),
    weight: 700,
    style: 'normal',
    range: vietnamese,
  },
  {
    url: import.meta.resolve('@fontsource/tinos/files/tinos-latin-400-italic.woff2'),
    weight: 400,
    style: 'italic',
    range: latin,
  },
  {
    url: import.meta.resolve('@fontsource/tinos/files/tinos-vietnamese-400-italic.woff2'),
    weight: 400,
    style: 'italic',
    range: vietnamese,
  },
  {
    url: import.meta.resolve('@fontsource/tinos/files/tinos-latin-700-italic.woff2'),
    weight: 700,
    style: 'italic',
    range: latin,
  },
  {
    url: import.meta.resolve('@fontsource/tinos/files/tinos-vietnamese-700-italic.woff2'),
    weight: 700,
    style: 'italic',
    range: vietnamese,
  },
]

let faces: string | undefined

/** Tinos has the measures of Times New Roman and every stacked letter; it travels within the document. */
const fontFaces = (): string => {
  faces ??= fonts
    .map(({ url, weight, style, range }) => {
      const bytes = readFileSync(fileURLToPath(url)).toString('base64')
      return `@font-face{font-family:Tinos;font-weight:${weight};font-style:${style};src:url(data:font/woff2;base64,${bytes}) format('woff2');unicode-range:${range}}`
    })
    .join('\n')
  return faces
}

export interface Sheet {
  title: string
  /** Styles beyond those of every sheet. */
  styles: string
  /** Markup, already escaped. */
  body: string
  landscape?: boolean
}

/**
 * A whole document on A4 that needs nothing from outside: margins 20/15/20/30 mm (top, right, bottom, left), the number of the page at
 * the top from the second on. Measures from practice under Decree 30/2020/NĐ-CP, Annex I, not read in full: unverified.
 */
export const makeSheet = ({ title, styles, body, landscape = false }: Sheet): string => `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>
<style>${fontFaces()}
@page{size:A4${landscape ? ' landscape' : ''};margin:20mm 15mm 20mm 30mm;@top-center{content:counter(page);font:13pt Tinos,'Times New Roman',serif}}
@page:first{@top-center{content:none}}
html{font:14pt/1.3 Tinos,'Times New Roman',serif;color:#000;background:#fff}
body{margin:0}
@media screen{body{max-width:${landscape ? 252 : 165}mm;margin:10mm auto;padding:0 5mm}}
p{margin:0}
${styles}</style></head>
<body>${body}</body></html>`
