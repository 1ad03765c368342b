/** Times of a crontab pattern (minute, hour, day of month, month, day of week) in a time zone. */

const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const

const longestMs = 5 * 366 * 86_400_000

/** The sets of a pattern; undefined when it is none. */
function readPattern(pattern: string): Set<number>[] | undefined {
  const fields = pattern.trim().split(/\s+/)
  if (fields.length !== bounds.length) return undefined
  const sets: Set<number>[] = []
  for (const [at, [least, most]] of bounds.entries()) {
    const set = readField(fields[at] ?? '', least, most)
    if (!set) return undefined
    sets.push(set)
  }
  if (sets[4]?.has(7)) sets[4].add(0)
  return sets
}

function readField(text: string, least: number, most: number): Set<number> | undefined {
  const set = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part)
    if (!match) return undefined
    const from = match[1] === undefined ? least : Number(match[1])
    const to = match[2] !== undefined ? Number(match[2]) : match[1] === undefined || match[3] ? most : from
    const step = Number(match[3] ?? 1)
    if (from < least || to > most || from > to || step < 1) return undefined
    for (let value = from; value <= to; value += step) set.add(value)
  }
  return set
}

export const isSchedule = (pattern: string): boolean => readPattern(pattern) !== undefined

/** The first time after `after`; undefined where the pattern never comes (30 February). */
export function nextTime(pattern: string, after: Date, timeZone: string): Date | undefined {
  const sets = readPattern(pattern)
  if (!sets) throw new RangeError(`"${pattern}" is no crontab pattern`)
  const [minutes, hours, days, months, weekdays] = sets
  const fields = pattern.trim().split(/\s+/)
  // As cron has it: where both days are restricted, either will do.
  const either = fields[2] !== '*' && fields[4] !== '*'
  const local = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    weekday: 'short',
  })
  const weekdayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
  const end = after.getTime() + longestMs
  for (let at = Math.floor(after.getTime() / 60_000 + 1) * 60_000; at < end; ) {
    const parts = Object.fromEntries(local.formatToParts(at).map(({ type, value }) => [type, value]))
    const onDay = days?.has(Number(parts.day)) ?? false
    const onWeekday = weekdays?.has(weekdayNames.indexOf(parts.weekday ?? '')) ?? false
    const day = months?.has(Number(parts.month)) && (either ? onDay || onWeekday : onDay && onWeekday)
    const minute = Number(parts.minute)
    if (!day) {
      // To the next midnight: whole hours of the zone, so that no change of clocks is jumped over.
      at += (24 - Number(parts.hour)) * 3_600_000 - minute * 60_000 - (Number(parts.hour) > 20 ? 0 : 3_600_000)
      continue
    }
    if (!hours?.has(Number(parts.hour))) at += (60 - minute) * 60_000
    else if (!minutes?.has(minute)) at += 60_000
    else return new Date(at)
  }
  return undefined
}
