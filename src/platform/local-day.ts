/** The day in Việt Nam (UTC+7 all year), `2026-11-30`. */
export const dayOf = (at: Date): string => new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(0, 10)
