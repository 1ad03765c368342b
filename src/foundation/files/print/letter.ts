import { type Marked, marksOf } from './marks.ts'
import { escapeHtml, escapeLines } from './markup.ts'
import { makeSheet } from './sheet.ts'
import { type PrintedTable, tableMarkup, tableStyles } from './tables.ts'

export interface Letter extends Marked {
  /** `above` is the agency over it, where there is one. */
  agency: { above?: string; name: string }
  /** Number and notation as they are written ("12/SKHCN-VP"); absent while it is a draft. */
  number?: string
  place: string
  /** 'YYYY-MM-DD'; absent while it is a draft: the day is then left to be filled in. */
  dateOn?: string
  /** Kind and subject, a line each ("BÁO CÁO", "Tình hình …"); one that begins with "V/v" stands under the number instead. */
  title: string
  addressees: readonly string[]
  paragraphs: readonly string[]
  /** Below the text: who does what, or the figures it speaks of. */
  table?: PrintedTable
  /** `authority` as it is written: "KT. GIÁM ĐỐC", "TL. CHỦ TỊCH"; lines under one another. */
  signer: { authority?: string; position: string; name: string }
  /** "Nơi nhận", a line each. */
  recipients: readonly string[]
}

const styles = `${tableStyles}
.head{display:grid;grid-template-columns:minmax(0,1fr) max-content;column-gap:3mm;text-align:center;font-size:12pt;line-height:1.25}
.head p{text-wrap:balance}
.upper{text-transform:uppercase}
.rule{width:38%;margin:1mm auto 0;border-top:0.5pt solid #000}
.motto{display:inline-block;font-size:13pt;padding-bottom:.5mm;border-bottom:.6pt solid #000}
.line{margin-top:3mm;font-size:13pt}
.about{margin-top:1mm;font-size:12pt}
.place{margin-top:3mm;font-size:13pt;font-style:italic}
h1{margin:8mm 0 6mm;text-align:center;font-size:14pt;line-height:1.3;font-weight:700}
.to{margin:7mm 0 5mm;display:grid;grid-template-columns:max-content auto;column-gap:2mm;justify-content:center}
.to.titled{margin-top:0}
.to ul,.copies ul{list-style:none;margin:0;padding:0}
.text p{margin-bottom:2mm;text-align:justify;text-indent:10mm}
.text table{margin:3mm 0}
.foot{display:grid;grid-template-columns:1fr 1fr;column-gap:6mm;margin-top:6mm;break-inside:avoid}
.copies{font-size:11pt;line-height:1.25}
.copies h2{margin:0;font-size:12pt;font-weight:700;font-style:italic}
.sign{text-align:center;font-weight:700}
.name{margin-top:28mm}
.marks{display:flex;gap:8mm;align-items:center;margin-top:8mm;break-inside:avoid}`

/**
 * A letter in the layout of Decree 30/2020/NĐ-CP, Annex I (unverified: from practice): letterhead in two columns, number, place and date,
 * title, addressees, text, copies, signature. A whole document: for `printPdf`, or as a file that any browser prints.
 */
export function letterHtml(letter: Letter): string {
  const [first = ''] = letter.title.split('\n')
  const isAbout = /^v\/v\b/i.test(first.trim())
  const body = [
    headMarkup(letter, isAbout),
    isAbout ? '' : `<h1>${escapeLines(letter.title)}</h1>`,
    addresseesMarkup(letter.addressees, !isAbout),
    `<div class="text">${letter.paragraphs.map((text) => `<p>${escapeLines(text)}</p>`).join('\n')}${letter.table ? tableMarkup(letter.table) : ''}</div>`,
    footMarkup(letter),
    marksMarkup(letter),
  ]
  return makeSheet({ title: letter.title.replaceAll('\n', ' '), styles, body: `<main>${body.join('\n')}</main>` })
}

const headMarkup = ({ agency, number, place, dateOn, title }: Letter, isAbout: boolean) => `<div class="head">
<div>${agency.above ? `<p class="upper">${escapeHtml(agency.above)}</p>` : ''}
<p class="upper"><strong>${escapeHtml(agency.name)}</strong></p><div class="rule"></div>
<p class="line">Số: ${number ? escapeHtml(number) : '\u2003\u2003\u2003'}</p>
${isAbout ? `<p class="about">${escapeLines(title)}</p>` : ''}</div>
<div><p><strong>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</strong></p>
<p><strong class="motto">Độc lập - Tự do - Hạnh phúc</strong></p>
<p class="place">${escapeHtml(`${place}, ${dateWords(dateOn)}`)}</p></div>
</div>`

/** Days below ten and the first two months are written with a nought before them, so that nothing can be put in front. */
export function dateWords(dateOn: string | undefined): string {
  if (!dateOn) return 'ngày\u2003 tháng\u2003 năm\u2003\u2003'
  const [year = '', month = '', day = ''] = dateOn.split('-')
  return `ngày ${day} tháng ${Number(month) <= 2 ? month : Number(month)} năm ${year}`
}

function addresseesMarkup(addressees: readonly string[], titled: boolean): string {
  if (addressees.length === 0) return ''
  const [only] = addressees
  const names =
    addressees.length === 1
      ? `<p>${escapeHtml(only ?? '')}</p>`
      : `<ul>${addressees
          .map((name) => `<li>- ${escapeHtml(name)};</li>`)
          .join('')
          .replace(/;<\/li>$/, '.</li>')}</ul>`
  return `<div class="to${titled ? ' titled' : ''}"><p>Kính gửi:</p>${names}</div>`
}

const footMarkup = ({ recipients, signer }: Letter) => `<div class="foot">
<div class="copies"><h2>Nơi nhận:</h2><ul>${recipients.map((line) => `<li>- ${escapeHtml(line)}</li>`).join('')}</ul></div>
<div class="sign">${signer.authority ? `<p class="upper">${escapeLines(signer.authority)}</p>` : ''}
<p class="upper">${escapeHtml(signer.position)}</p><p class="name">${escapeHtml(signer.name)}</p></div>
</div>`

function marksMarkup(letter: Letter): string {
  const marks = marksOf(letter)
  return marks.length === 0 ? '' : `<div class="marks">${marks.map(({ svg }) => svg).join('')}</div>`
}
