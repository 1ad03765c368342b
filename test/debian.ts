/** Programs of Debian that some tests speak to: real counterparts, installed where a build may do so, and otherwise named in the skip. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { inContinuousIntegration } from '#platform/config'

const run = promisify(execFile)

export interface DebianProgram {
  /** For `test(name, { skip }, …)`: why it cannot be had here, or false. */
  skip: string | false
  /** Path of the program, installed first where it is absent. @throws Error when the package brings none. */
  find(): Promise<string>
}

/** Only the administrator of a Debian machine. */
export const mayInstall = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

/** One of `paths`, from a package of Debian. */
export function debianProgram(packageName: string, paths: readonly string[]): DebianProgram {
  const known = () => paths.find((path) => existsSync(path))
  const canInstall = inContinuousIntegration() && mayInstall()
  return {
    skip: known() || canInstall ? false : `not on this machine: apt-get install ${packageName}`,
    async find() {
      const present = known()
      if (present) return present
      const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 240_000 }
      const packages = ['install', '-y', '--no-install-recommends', packageName]
      for (let tries = 1; ; tries += 1) {
        try {
          for (const step of [['update'], packages])
            await run('apt-get', ['-o', 'DPkg::Lock::Timeout=200', ...step], options)
          break
        } catch (error) {
          // Tests run in two processes: one waits while the other holds the lists or installs the very same.
          if (!/\block/i.test(String((error as { stderr?: string }).stderr)) || tries > 30) throw error
          await sleep(5000)
        }
      }
      const installed = known()
      if (!installed) throw new Error(`${packageName} was installed and brought none of ${paths.join(', ')}`)
      return installed
    },
  }
}
