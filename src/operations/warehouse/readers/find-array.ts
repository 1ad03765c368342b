// Finds where the records of a JSON document lie from its first part alone.

type Level = { array: boolean; name: string; index: number; nameComes: boolean }

/** The path to the first array that holds an object; undefined when the text shows none. */
export function findArrayPath(text: string): (string | number)[] | undefined {
  const levels: Level[] = []
  let token = /["[\]{},:]/g
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const level = levels.at(-1)
    switch (match[0]) {
      case '"': {
        const string = /"(?:[^"\\]|\\.)*"/y
        string.lastIndex = match.index
        const found = string.exec(text)
        if (!found) return undefined
        if (level && !level.array && level.nameComes) level.name = readName(found[0])
        token = new RegExp(token.source, 'g')
        token.lastIndex = string.lastIndex
        break
      }
      case ':':
        if (level) level.nameComes = false
        break
      case ',':
        if (level?.array) level.index++
        else if (level) level.nameComes = true
        break
      case '{':
        if (level?.array) return pathOf(levels.slice(0, -1))
        levels.push({ array: false, name: '', index: 0, nameComes: true })
        break
      case '[':
        levels.push({ array: true, name: '', index: 0, nameComes: false })
        break
      default:
        levels.pop()
    }
  }
  return undefined
}

const pathOf = (levels: readonly Level[]): (string | number)[] =>
  levels.map((level) => (level.array ? level.index : level.name))

function readName(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    // A name that cannot be read leads nowhere; the reader will say so.
    return ''
  }
}
