import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Certificate, readPem } from '../cms/certificate.ts'
import type { Asking } from './ask.ts'

const kept = new Map<string, { until: number; roots: Certificate[] }>()
const keepMs = 60_000

/** The roots that are trusted: the `.pem` files of the folder of the settings. What cannot be read is said and left out. */
export async function readRoots({ config, log, now }: Asking): Promise<Certificate[]> {
  const known = kept.get(config.trustDir)
  if (known && known.until > now.getTime()) return known.roots
  const names = await readdir(config.trustDir).catch(() => [])
  const roots: Certificate[] = []
  for (const name of names.filter((one) => one.endsWith('.pem')).sort()) {
    try {
      roots.push(...readPem(await readFile(join(config.trustDir, name), 'utf8')))
    } catch (error) {
      log.error({ file: name, reason: (error as Error).message }, 'A trusted root cannot be read')
    }
  }
  kept.set(config.trustDir, { until: now.getTime() + keepMs, roots })
  return roots
}
