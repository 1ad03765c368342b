// Reads what each commune of now was made of out of the free text of the merger list: names under the province's former provinces, found
// whole. What a text does not settle is told with its reason and left out; nothing is chosen because it is likely.
import { searchKey, tidyName } from '#organisations'

export interface Former {
  code: string
  name: string
  district: { code: string; name: string }
}

export interface Part {
  code: string
  /** The text says that only some of it came here. */
  part: boolean
  /** Not named in full: told from others of its name by its district, by what was left, or by one letter. */
  deduced: boolean
}

export interface Reading {
  parts: Part[]
  /** Names of the text that no former unit could be given to, with the reason. */
  gaps: { text: string; reason: string }[]
}

interface Mention {
  name: string
  type: string | undefined
  district: string | undefined
  part: boolean
  text: string
}

const types = ['phường', 'xã', 'thị trấn', 'huyện', 'thị xã', 'quận', 'thành phố']
const typeStart = new RegExp(`^(${types.join('|')})\\s+`, 'iu')

/** Ten thousand names are each compared with every other of their province: a name's key is made once. */
function once(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const found = known.get(text) ?? make(text)
    known.set(text, found)
    return found
  }
}

const exact = once((name) => tidyName(name.replace(/[’‘`]/g, "'")).toLowerCase())
const plainKey = once(searchKey)

/** A bracket names the district of a unit that shares its name, or says what went elsewhere. */
const inBrackets = /\(([^()]*)\)?/gu

function readMentions(text: string): Mention[] {
  const brackets: string[] = []
  const flat = tidyName(text.replace(/;/g, ',')).replace(inBrackets, (_whole, inner: string) => {
    brackets.push(inner)
    return `⟨${brackets.length - 1}⟩`
  })
  let isPart = false
  let type: string | undefined
  const mentions: Mention[] = []
  for (const piece of flat.split(/,|\s+và\s+/u)) {
    const own = brackets.filter((_, index) => piece.includes(`⟨${index}⟩`))
    let words = piece.replace(/⟨\d+⟩/gu, ' ').replace(/\s+/g, ' ').trim()
    const opening = /^(?:sắp xếp |còn lại |và |cùng |với )*(toàn b[ộố]|một phần|phần còn l[aạ]i)/iu.exec(words)
    if (opening) isPart = !/^toàn/iu.test(opening[1] ?? '')
    words = words
      .replace(
        /^.*(?:diện tích(?: tự nhiên| tn)?|quy mô dân số|phần còn l[aạ]i|toàn b[ộố])(?:\s+(?:của|củ)(?=\s))*(?:\s+các)?/iu,
        '',
      )
      .replace(/^(?:\s*của)*\s*(?:các\s+)?/iu, '')
      .replace(/\s+sau khi sắp xếp.*$/iu, '')
      .trim()
    // «của các phường Phường X»: the type word of the list, then that of the unit.
    while (typeStart.test(words) && typeStart.test(words.replace(typeStart, ''))) words = words.replace(typeStart, '')
    if (!words) continue
    const found = typeStart.exec(words)
    const isTyped = found !== null
    if (isTyped) type = found[1]?.toLowerCase()
    const said = own.find((inner) => /(quận|huyện|thị xã|thành phố)\s/iu.test(inner) && !/phần còn/iu.test(inner))
    const place = said?.replace(/^(?:thuộc|của|do)\s+/iu, '').split(',')
    mentions.push({
      name: isTyped ? words.replace(typeStart, '') : words,
      type,
      district: place?.[0] && exact(place[0]),
      part: (isPart && !opening ? true : isPart) || own.some((inner) => /phần/iu.test(inner)),
      text: piece.replace(/⟨(\d+)⟩/gu, (_, index) => `(${brackets[Number(index)]})`).trim(),
    })
    // «phần còn lại của X» speaks of X alone; «một phần diện tích, quy mô dân số của các phường» of all that follow.
    if (opening && !/của các/iu.test(flat.slice(flat.indexOf(piece)))) isPart = false
  }
  return mentions
}

const lists: ((unit: Former, mention: Mention) => boolean)[] = [
  ({ name }, mention) => exact(name) === exact(fullName(mention)),
  ({ name }, mention) => plainKey(name) === plainKey(fullName(mention)),
  ({ name }, mention) => soundKey(name) === soundKey(fullName(mention)),
  // A ward since the list of before was made, or a unit whose own name begins with the word.
  ({ name }, mention) => bareKey(name) === soundKey(mention.name),
  ({ name }, mention) => bareKey(name) === soundKey(fullName(mention)),
]

const fullName = ({ type, name }: Mention) => `${type ?? ''} ${name}`.trim()

const roman: Record<string, string> = { I: '1', II: '2', III: '3', IV: '4', V: '5' }

/** One key for the ways a name is written: Quí and Quý, A Xan and Axan, II and 2, N.T and Nông trường, Ia misread as la. */
const soundKey = once((name) => {
  const plain = tidyName(name).replace(/ (I|II|III|IV|V)$/u, (_whole, sign: string) => ` ${roman[sign]}`)
  return searchKey(plain.replace(/\bla (?=\p{Lu})/u, 'Ia '))
    .replace(/\b(nong truong|n t)\b/g, 'nt')
    .replace(/ /g, '')
    .replaceAll('y', 'i')
})

const bareKey = once((name) => soundKey(name.replace(typeStart, '')))

function candidatesOf(mention: Mention, former: readonly Former[]): Former[] {
  for (const fits of lists) {
    const named = former.filter((unit) => fits(unit, mention))
    if (named.length === 0) continue
    const inDistrict = named.filter(({ district }) => soundKey(district.name) === soundKey(mention.district ?? ''))
    return mention.district === undefined || (inDistrict.length === 0 && named.length === 1) ? named : inDistrict
  }
  return []
}

interface Open {
  reading: Reading
  mention: Mention
  options: Former[]
}

interface Given {
  reading: Reading
  mention: Mention
  unit: Former
}

/** Readings of all records of one province of now; `districts` are those of before that had no communes. */
export function readMergers(
  records: readonly { code: string; name: string; text: string }[],
  former: readonly Former[],
  districts: readonly { code: string; name: string }[],
): Map<string, Reading> {
  const readings = new Map<string, Reading>()
  const open: Open[] = []
  const given: Given[] = []
  for (const record of records) {
    const reading: Reading = { parts: [], gaps: [] }
    readings.set(record.code, reading)
    const text = /^\s*giữ nguyên\s*$/iu.test(record.text) ? record.name : record.text
    for (const mention of readMentions(text)) {
      const whole = wholeDistrict(mention, former, districts)
      for (const code of whole) add(reading, { code, part: mention.part, deduced: false })
      if (whole.length > 0) continue
      const options = candidatesOf(mention, former)
      const [only] = options
      if (options.length === 1 && only) {
        add(reading, { code: only.code, part: mention.part, deduced: false })
        given.push({ reading, mention, unit: only })
      } else open.push({ reading, mention, options })
    }
  }
  settleByDistrict(open, former)
  moveToNeighbours(given, former, readings)
  settleByRest(open, former, readings)
  for (const { reading, mention, options } of open)
    reading.gaps.push({
      text: mention.text,
      reason:
        options.length === 0
          ? 'danh sách cũ không có tên này'
          : `${options.length} đơn vị cũ cùng tên: ${options.map(({ district }) => district.name).join(', ')}`,
    })
  return readings
}

/** «Huyện Kiên Hải» is all its communes; «Huyện Côn Đảo» had none and stands for itself. */
function wholeDistrict(
  mention: Mention,
  former: readonly Former[],
  districts: readonly { code: string; name: string }[],
): string[] {
  const isNamed = ({ name }: { name: string }) => exact(name) === exact(fullName(mention))
  const codes = former.filter(({ district }) => isNamed(district)).map(({ code }) => code)
  return codes.length > 0 ? codes : districts.filter(isNamed).map(({ code }) => code)
}

function add(reading: Reading, part: Part): void {
  const known = reading.parts.find(({ code }) => code === part.code)
  if (known) known.part &&= part.part
  else reading.parts.push(part)
}

function take(open: Open[], entry: Open, unit: Former): void {
  add(entry.reading, { code: unit.code, part: entry.mention.part, deduced: true })
  open.splice(open.indexOf(entry), 1)
}

/** Of units that share a name, the one that lies in a district of which this record already takes others, if just one does. */
function settleByDistrict(open: Open[], former: readonly Former[]): void {
  const byCode = new Map(former.map((unit) => [unit.code, unit]))
  for (const entry of [...open]) {
    const districts = new Set(entry.reading.parts.map(({ code }) => byCode.get(code)?.district.code))
    const near = entry.options.filter(({ district }) => districts.has(district.code))
    if (near.length === 1 && near[0]) take(open, entry, near[0])
  }
}

/**
 * «Xã Ea Bar» among communes of Sông Hinh is that district's «Xã EaBar», though another district writes its own just so: a unit that
 * nobody took, of a district the record takes others from, goes before one of a district it takes nothing else from.
 */
function moveToNeighbours(given: Given[], former: readonly Former[], readings: ReadonlyMap<string, Reading>): void {
  const byCode = new Map(former.map((unit) => [unit.code, unit]))
  const taken = new Set([...readings.values()].flatMap(({ parts }) => parts.map(({ code }) => code)))
  for (const unit of former.filter(({ code }) => !taken.has(code))) {
    const better = given.filter(({ reading, mention, unit: other }) => {
      if (bareKey(unit.name) !== soundKey(mention.name) || mention.district) return false
      const others = reading.parts.filter(({ code }) => code !== other.code)
      const districts = new Set(others.map(({ code }) => byCode.get(code)?.district.code))
      return districts.has(unit.district.code) && !districts.has(other.district.code)
    })
    const [one] = better
    if (better.length !== 1 || !one) continue
    one.reading.parts = one.reading.parts.filter(({ code }) => code !== one.unit.code)
    add(one.reading, { code: unit.code, part: one.mention.part, deduced: true })
  }
}

/** Every unit of before went somewhere: what no record has taken yet, and is named so or with one letter otherwise, if just one is. */
function settleByRest(open: Open[], former: readonly Former[], readings: ReadonlyMap<string, Reading>): void {
  const taken = () => new Set([...readings.values()].flatMap(({ parts }) => parts.map(({ code }) => code)))
  const rest = (units: readonly Former[]) => {
    const gone = taken()
    return units.filter(({ code }) => !gone.has(code))
  }
  for (const entry of [...open]) {
    const left = rest(entry.options)
    if (left.length === 1 && left[0]) take(open, entry, left[0])
  }
  for (const entry of [...open].filter(({ options }) => options.length === 0)) {
    const near = rest(former).filter(({ name }) => isNear(earKey(name), earKey(fullName(entry.mention))))
    if (near.length === 1 && near[0]) take(open, entry, near[0])
  }
}

const earKey = (name: string) => soundKey(name).replaceAll('tr', 'ch').replaceAll('s', 'x')

/** Equal but for one letter put in, left out or changed. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return Math.max(a.length, b.length) - start - end <= 1
}
