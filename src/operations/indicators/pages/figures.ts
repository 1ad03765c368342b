/** A figure as people write it: `1.234,5`, `1 234,5`, `93.21`; undefined when it is none. A point before three digits parts thousands. */
export function readFigure(text: string): number | undefined {
  const bare = text
    .replaceAll(/[\s\u00a0]/g, '')
    .replace('−', '-')
    .replace(/%$/, '')
  const plain = bare.includes(',')
    ? bare.replaceAll('.', '').replace(',', '.')
    : /^-?\d{1,3}(\.\d{3})+$/.test(bare)
      ? bare.replaceAll('.', '')
      : bare
  if (!/^-?\d+(\.\d+)?$/.test(plain)) return undefined
  const value = Number(plain)
  return Number.isFinite(value) ? value : undefined
}
