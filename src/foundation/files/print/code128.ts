/**
 * Code 128 (ISO/IEC 15417), code set B: the letters of ASCII, which scanners at every desk read. Each symbol is three bars and three gaps
 * of eleven modules in all; after the text a check symbol, the sum of values by place modulo 103.
 */
const widths =
  '212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112'.split(
    ' ',
  )
const startB = 104
const stop = 106
/** White on both sides, without which a scanner does not see where it begins. */
const quiet = 10

const canWrite = (text: string): boolean => /^[\x20-\x7e]{1,40}$/.test(text)

/** Bars in a row of modules, as the parts of an SVG path one unit high; nothing for a text that this code cannot write («QĐ»). */
export function drawCode128(text: string): { path: string; modules: number } | undefined {
  if (!canWrite(text)) return undefined
  const values = [...text].map((letter) => letter.charCodeAt(0) - 32)
  const check = values.reduce((sum, value, at) => sum + value * (at + 1), startB) % 103
  let at = quiet
  let path = ''
  for (const value of [startB, ...values, check, stop])
    for (const [place, width] of [...(widths[value] ?? '')].entries()) {
      if (place % 2 === 0) path += `M${at} 0h${width}v1h-${width}z`
      at += Number(width)
    }
  return { path, modules: at + quiet }
}
