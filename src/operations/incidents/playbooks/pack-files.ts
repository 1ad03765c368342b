import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { appendEntry } from '#ledger'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { PlaybookBody, PlaybookFile } from './model.ts'
import * as store from './store.ts'

/**
 * Brings the pack's playbooks in: a new file is the first version in force, a changed one the next. Where people have written versions
 * of their own since, a changed file becomes a draft that somebody must approve. Nothing where the pack has none.
 */
export async function loadPlaybooks(ctx: Context, packDir: string): Promise<void> {
  const folder = join(packDir, 'playbooks')
  for (const name of await listYaml(folder)) {
    const path = join(folder, name)
    const text = await readFile(path, 'utf8')
    const sha256 = createHash('sha256').update(text).digest('hex')
    const { code, organisation, body } = read(path, text)
    await ctx.transaction(async (inner) => {
      const known = await store.lockPlaybook(inner.sql, code)
      if (known?.packSha256 === sha256) return
      await bring(inner, { code, organisation: known?.organisation ?? organisation, body, sha256, isNew: !known })
    })
  }
}

async function listYaml(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return []
  })
  return names.filter((name) => name.endsWith('.yaml')).toSorted()
}

function read(path: string, text: string): { code: string; organisation: string; body: PlaybookBody } {
  const head = PlaybookFile.safeParse(parse(text))
  if (!head.success) throw new ConfigFault(`${path}:\n${z.prettifyError(head.error)}`)
  const { code, organisation, ...rest } = head.data
  const body = PlaybookBody.safeParse(rest)
  if (!body.success) throw new ConfigFault(`${path}:\n${z.prettifyError(body.error)}`)
  return { code, organisation, body: body.data }
}

interface Bringing {
  code: string
  organisation: string
  body: PlaybookBody
  sha256: string
  isNew: boolean
}

async function bring(ctx: Context, { code, organisation, body, sha256, isNew }: Bringing): Promise<void> {
  const versions = await store.listVersions(ctx.sql, code)
  const isOwn = versions.some(({ draftedBy }) => draftedBy !== 'system')
  await store.upsertPlaybook(ctx.sql, { code, kind: body.kind, organisation, packSha256: sha256, at: ctx.now })
  const draft = versions.find(({ state }) => state === 'draft')
  // A draft that people are at is theirs; the file is looked at again when it changes next.
  if (draft && draft.draftedBy !== 'system') return
  if (draft) await store.discardVersion(ctx.sql, code, draft.version, ctx.now)
  const version = await store.insertVersion(ctx.sql, {
    playbook: code,
    body,
    state: isOwn ? 'draft' : 'approved',
    draftedBy: 'system',
    draftedName: 'Gói dữ liệu của tỉnh',
    draftedParties: ['system'],
    at: ctx.now,
  })
  await appendEntry(ctx, {
    action: 'playbook.loaded',
    subject: `playbook:${code}`,
    organisation,
    body: { version, isNew },
  })
}
