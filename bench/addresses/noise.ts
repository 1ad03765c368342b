/** How people write addresses, with the rate of each habit; the rates are published in docs/benchmarks.md. All by one seeded generator. */

export const rates = {
  old: 0.65,
  mixed: 0.1,
  street: 0.7,
  noMarks: 0.45,
  lowerCase: 0.25,
  upperCase: 0.1,
  shortKinds: 0.5,
  noKinds: 0.12,
  reversed: 0.08,
  shuffled: 0.04,
  noCommas: 0.1,
  dashes: 0.1,
  noDistrict: 0.08,
  noProvince: 0.1,
  otherTone: 0.3,
  otherI: 0.1,
  slip: 0.12,
  decomposed: 0.05,
  shortProvince: 0.3,
  tail: 0.12,
  joined: 0.02,
} as const

export interface Dice {
  chance(rate: number): boolean
  pick<T>(list: readonly T[]): T
  below(limit: number): number
}

export function makeDice(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    chance: (rate) => next() < rate,
    below,
    pick<T>(list: readonly T[]): T {
      const found = list[below(list.length)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
  }
}

const streets =
  'Trần Phú|Quang Trung|Lê Lợi|Hùng Vương|Nguyễn Huệ|Lý Thường Kiệt|Nguyễn Thị Minh Khai|Hai Bà Trưng|Phan Chu Trinh|2 Tháng 4|Lê Hồng Phong|Điện Biên Phủ|Võ Nguyên Giáp|Yersin|Cách Mạng Tháng 8|Trường Chinh|Ngô Quyền|Hoàng Diệu|30 Tháng 4|Phạm Văn Đồng'.split(
    '|',
  )
const hamlets = 'Phú Thạnh|Xuân Lạc|Đông|Tây|Trung|Tân Lập|Bình Sơn|Hòa Bình|Vĩnh Thái|Phước Lợi'.split('|')

export function streetPart(dice: Dice): string {
  const number = dice.below(400) + 1
  const street = dice.pick(streets)
  const forms = [
    `${number} ${street}`,
    `Số ${number} ${street}`,
    `${number}/${dice.below(40) + 1} đường ${street}`,
    `Số nhà ${number}, ngõ ${dice.below(90) + 1} đường ${street}`,
    `Tổ ${dice.below(20) + 1}`,
    `thôn ${dice.pick(hamlets)}`,
    `Thôn ${dice.below(9) + 1}`,
    `ấp ${dice.pick(hamlets)}`,
    `KP${dice.below(9) + 1}`,
    `tổ dân phố ${dice.below(20) + 1}`,
  ]
  return dice.pick(forms)
}

const shortKind: { [kind: string]: string[] } = {
  Phường: ['P.', 'P. ', 'P ', 'p.', 'F.'],
  Xã: ['X.', 'X. ', 'xã '],
  'Thị trấn': ['TT.', 'TT ', 'T.T ', 'tt. '],
  'Đặc khu': ['ĐK ', 'đặc khu '],
  Quận: ['Q.', 'Q. ', 'Q ', 'q.'],
  Huyện: ['H.', 'H. ', 'H '],
  'Thị xã': ['TX.', 'TX ', 'Tx. '],
  'Thành phố': ['TP.', 'TP ', 'Tp. ', 'T.P '],
  Tỉnh: ['T.', 'tỉnh ', 'T. '],
}

const shortProvinces: { [name: string]: string[] } = {
  'Thành phố Hồ Chí Minh': ['TP.HCM', 'TPHCM', 'TP HCM', 'Tp. Hồ Chí Minh', 'HCM', 'Sài Gòn'],
  'Thành phố Hà Nội': ['HN', 'TP Hà Nội', 'Tp.HN'],
  'Tỉnh Bà Rịa - Vũng Tàu': ['BR-VT', 'BRVT', 'Bà Rịa Vũng Tàu'],
  'Thành phố Huế': ['Thừa Thiên Huế', 'TT Huế', 'TT-Huế'],
  'Tỉnh Đắk Lắk': ['Đăk Lăk', 'Daklak', 'Đắc Lắc'],
}

/** One unit's name as this writer would put it. */
export function namePart(name: string, dice: Dice, isProvince = false): string {
  const short = isProvince ? shortProvinces[name] : undefined
  if (short && dice.chance(rates.shortProvince)) return dice.pick(short)
  const kind = Object.keys(shortKind).find((one) => name.startsWith(`${one} `)) ?? ''
  const bare = noisyName(name.slice(kind.length).trim(), dice)
  const isNumber = /^\d/.test(bare)
  if (isProvince && kind === 'Tỉnh' && dice.chance(0.6)) return bare
  if (!isNumber && dice.chance(rates.noKinds)) return bare
  if (dice.chance(rates.shortKinds)) return `${dice.pick(shortKind[kind] ?? [`${kind} `])}${bare}`
  return `${kind} ${bare}`.trim()
}

function noisyName(bare: string, dice: Dice): string {
  let name = bare
  if (dice.chance(rates.otherTone))
    name = name
      .replace(/òa/g, 'oà')
      .replace(/óa/g, 'oá')
      .replace(/ủy/g, 'uỷ')
      .replace(/ùy/g, 'uỳ')
      .replace(/ọa/g, 'oạ')
      .replace(/ỏa/g, 'oả')
  if (dice.chance(rates.otherI))
    name = name
      .replace(/ỹ(?!\p{L})/gu, 'ĩ')
      .replace(/ý(?!\p{L})/gu, 'í')
      .replace(/ỳ(?!\p{L})/gu, 'ì')
  if (dice.chance(rates.joined) && !/\d/.test(name)) name = name.replaceAll(' ', '')
  return name
}

const letters = 'abcdeghiklmnopqrstuvxy'

/** One slip of a finger within a name of five letters or more. */
export function slip(name: string, dice: Dice): string {
  const places = [...name].flatMap((letter, at) => (/\p{L}/u.test(letter) && at > 0 ? [at] : []))
  if (places.length < 5) return name
  const at = dice.pick(places)
  const kinds = [
    () => name.slice(0, at) + name.slice(at + 1),
    () => name.slice(0, at) + dice.pick([...letters]) + name.slice(at + 1),
    () => name.slice(0, at) + name[at] + name.slice(at),
    () => name.slice(0, at - 1) + name[at] + name[at - 1] + name.slice(at + 1),
  ]
  return dice.pick(kinds)()
}

export const withoutMarks = (text: string) =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D')
