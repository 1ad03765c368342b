import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#platform/config'

/** A key of this installation, 32 random bytes in `<var>/secrets`; made once, also when two programs want it at the same time. */
export async function readSecretKey(config: Config, name: string): Promise<Buffer> {
  const path = join(config.varDir, 'secrets', name)
  const known = await readFile(path).catch(() => undefined)
  if (known) return known
  // The folder itself is read by the account of the embedded database too: only what lies in it is closed.
  await mkdir(config.varDir, { recursive: true })
  await mkdir(join(config.varDir, 'secrets'), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, randomBytes(32), { mode: 0o600 })
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft, { force: true })
  return readFile(path)
}
