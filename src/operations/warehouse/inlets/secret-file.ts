import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '#platform/config'
import { Problem } from '#platform/errors'

/** A secret by its name: the content of `<var>/secrets/pull/<name>`. It is neither in the database nor in any log. */
export async function readSecret(config: Config, name: string): Promise<string> {
  try {
    return (await readFile(join(config.varDir, 'secrets', 'pull', name), 'utf8')).trim()
  } catch {
    throw new Problem(
      'pull.no-secret',
      422,
      `Không đọc được tệp bí mật “secrets/pull/${name}” trong thư mục dữ liệu của hệ thống.`,
      {
        name,
      },
    )
  }
}
