/** Programs of Debian that some tests speak to: real counterparts, installed where a build may do so, and otherwise named in the skip. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { inContinuousIntegration } from '#platform/config'

const run = promisify(execFile)

export interface DebianProgram {
  /** For `test(name, { skip }, …)`: why it cannot be had here, or false. */
  skip: string | false
  /** Path of the program, installed first where it is absent. @throws Error when the package brings none. */
  find(): Promise<string>
}

/** One of `paths`, from a package of Debian. */
export function debianProgram(packageName: string, paths: readonly string[]): DebianProgram {
  const known = () => paths.find((path) => existsSync(path))
  const canInstall = inContinuousIntegration() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  return {
    skip: known() || canInstall ? false : `not on this machine: apt-get install ${packageName}`,
    async find() {
      const present = known()
      if (present) return present
      const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 240_000 }
      // Tests run in two processes: the second waits for the lock of the first.
      const patient = ['-o', 'DPkg::Lock::Timeout=200', '-o', 'APT::Get::Lock::Timeout=200']
      await run('apt-get', [...patient, 'update'], options)
      await run('apt-get', [...patient, 'install', '-y', '--no-install-recommends', packageName], options)
      const installed = known()
      if (!installed) throw new Error(`${packageName} was installed and brought none of ${paths.join(', ')}`)
      return installed
    },
  }
}
