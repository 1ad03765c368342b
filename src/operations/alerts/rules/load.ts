import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { getHomePack } from '#organisations'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { findRuleFaults, Rule, RuleFile } from './model.ts'
import { insertRule, listRules, retireRule } from './store.ts'

/** Rules of the files of a pack; `settings.yaml` beside them is not one. */
export async function readPackRules(packDir: string): Promise<Rule[]> {
  const folder = join(packDir, 'alerts')
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const rules: Rule[] = []
  for (const name of names.filter((one) => /\.ya?ml$/.test(one) && one !== 'settings.yaml').sort()) {
    const path = join(folder, name)
    for (const rule of parseRules(path, await readFile(path, 'utf8'))) {
      if (rules.some(({ code }) => code === rule.code))
        throw new ConfigFault(`${path}: the rule ${rule.code} stands there twice.`)
      rules.push(rule)
    }
  }
  return rules
}

function parseRules(path: string, text: string): Rule[] {
  const file = RuleFile.safeParse(parse(text))
  if (!file.success) throw new ConfigFault(`${path}: ${z.prettifyError(file.error)}`)
  return file.data.rules.map((raw) => {
    const rule = Rule.safeParse({ ...file.data.defaults, ...raw })
    if (!rule.success) throw new ConfigFault(`${path}, ${String(raw.code)}: ${z.prettifyError(rule.error)}`)
    const [fault] = findRuleFaults(rule.data)
    if (fault) throw new ConfigFault(`${path}, ${rule.data.code}: ${fault.path}: ${fault.message}`)
    return rule.data
  })
}

/** Brings the rules of the pack in force; what was decided on the page stays. Quick when nothing changed. */
export async function loadRules(ctx: Context, packDir: string): Promise<void> {
  const rules = await readPackRules(packDir)
  await ctx.transaction(async (inner) => {
    const { sql, now } = inner
    const { code: pack } = await getHomePack(sql)
    const known = await listRules(sql)
    for (const body of rules) {
      const stored = known.find(({ code }) => code === body.code)
      if (stored?.origin === 'edit' || (stored && saysSame(stored.body, body))) continue
      await insertRule(sql, { pack, body, origin: 'pack', by: 'pack', at: now, reason: null })
    }
    for (const stored of known)
      if (stored.pack === pack && stored.origin === 'pack' && !rules.some(({ code }) => code === stored.code))
        await retireRule(sql, stored.code, { by: 'pack', at: now })
  })
}

// As they are stored: what is left out and what is undefined say the same.
export const saysSame = (one: Rule, other: Rule): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)))
