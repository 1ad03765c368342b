import { findDefinition } from '#indicators'
import { appendEntry } from '#ledger'
import { findOrganisation, getHomePack, today } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, type FieldFault, invalid, notFound } from '#platform/errors'
import { announce } from '#platform/live'
import { evaluateJob } from '../job-types.ts'
import { saysSame } from './load.ts'
import { findRuleFaults, indicatorsOf, Leaf, Rule } from './model.ts'
import { endRule } from './state-store.ts'
import { findRule, insertRule } from './store.ts'

export const definePermission = 'alert:define'

/** Reads a rule as a page or a file gives it. @throws Problem 422 with the faults beside their fields */
export function readRule(input: unknown): Rule {
  const parsed = Rule.safeParse(input)
  const faults = parsed.success
    ? findRuleFaults(parsed.data)
    : [
        ...parsed.error.issues
          .filter(({ path }) => path[0] !== 'when')
          .map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
        ...explainWhen((input as { when?: unknown } | null)?.when, 'when'),
      ]
  if (!parsed.success || faults.length > 0) throw invalid('Quy tắc chưa đúng; xin sửa các chỗ được nêu.', faults)
  return parsed.data
}

/** Faults of a tree of conditions, each at its own end of the tree. */
function explainWhen(when: unknown, path: string): FieldFault[] {
  if (typeof when === 'object' && when !== null && 'of' in when && Array.isArray(when.of)) {
    if (when.of.length === 0) return [{ path, message: 'Nêu ít nhất một điều kiện.' }]
    return when.of.flatMap((one, index) => explainWhen(one, `${path}.of.${index}`))
  }
  const parsed = Leaf.safeParse(when)
  if (parsed.success) return []
  return parsed.error.issues.map((issue) => ({ path: [path, ...issue.path].join('.'), message: issue.message }))
}

/** What a rule names must be there. @throws Problem 422 */
export async function checkRule(ctx: Context, rule: Rule): Promise<void> {
  const faults: FieldFault[] = []
  for (const code of indicatorsOf(rule)) {
    const definition = await findDefinition(ctx.sql, code)
    if (!definition) faults.push({ path: 'input.indicator', message: `Không có chỉ tiêu “${code}”.` })
    else if (rule.input.from === 'fact' && !definition.body.periods.includes(rule.input.period))
      faults.push({ path: 'input.period', message: `“${definition.body.name}” không có số theo loại kỳ này.` })
  }
  if (rule.organisation && !(await findOrganisation(ctx.sql, rule.organisation, { asOf: await today(ctx) })))
    faults.push({ path: 'organisation', message: 'Không có đơn vị này.' })
  if (faults.length > 0) throw invalid('Quy tắc chưa đúng; xin sửa các chỗ được nêu.', faults)
}

const leastLetters = 5

/** Puts a rule in force as a new version, with the reason; what the version before said of things no longer watched is over. */
export function saveRule(
  ctx: Context,
  input: unknown,
  { reason, isNew }: { reason: string; isNew: boolean },
): Promise<number> {
  const body = readRule(input)
  return ctx.transaction(async (inner) => {
    inner.require(definePermission)
    const { sql, now, actor } = inner
    const known = await findRule(sql, body.code)
    if (isNew && known) throw conflict('rule.exists', `Đã có quy tắc mang mã “${body.code}”. Hãy chọn mã khác.`)
    if (!isNew && !known) throw notFound('rule', body.code)
    await checkRule(inner, body)
    if (reason.trim().length < leastLetters)
      throw invalid('Phải nêu lý do.', [{ path: 'reason', message: 'Nêu lý do, ít nhất 5 ký tự.' }])
    if (known && saysSame(known.body, body)) return known.version
    const pack = known?.pack ?? (await getHomePack(sql)).code
    const version = await insertRule(sql, {
      pack,
      body,
      origin: 'edit',
      by: actor.account ?? 'system',
      at: now,
      reason: reason.trim(),
    })
    if (!body.enabled) await endRule(sql, body.code, now)
    await appendEntry(inner, {
      action: 'rule.defined',
      subject: `rule:${body.code}`,
      body: { version, reason: reason.trim(), enabled: body.enabled },
    })
    await announce(sql, ['alerts'])
    await inner.enqueue(evaluateJob, {}, { key: evaluateJob.name })
    return version
  })
}
