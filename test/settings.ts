import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Config, inContinuousIntegration, readConfig } from '#platform/config'

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Settings of tests: nothing of the environment but the data folder. */
export function testConfig(changes: Partial<Config>): Config {
  return {
    ...readConfig({ TRAM_PACK: join(projectRoot, 'packs/khanh-hoa') }),
    port: 0,
    host: '127.0.0.1',
    varDir: join(projectRoot, 'var', 'test', 'files'),
    databaseUrl: undefined,
    migrationUrl: changes.databaseUrl,
    adminPassword: undefined,
    publicUrl: undefined,
    proxies: 'loopback',
    demo: true,
    // Small servers of tests that data is fetched from.
    pullHosts: ['127.0.0.1'],
    logLevel: 'error',
    messages: {},
    signing: { modules: [], tool: 'pkcs11-tool', helperUrl: 'http://127.0.0.1:17390' },
    vneid: undefined,
    vneidSimulator: undefined,
    scanner: undefined,
    s3: undefined,
    witnessFile: undefined,
    ...changes,
  }
}

/**
 * A file or folder of the real data, for `test(name, { skip }, …)`: skipped with a word where the data are absent, but in continuous
 * integration the test runs and fails on the missing file.
 */
export function realData(path: string): { path: string; skip: string | false } {
  const folder = process.env.TRAMHUONG_DATA
  const full = folder ? resolve(folder, path) : join('TRAMHUONG_DATA is not set', path)
  const isAbsent = !existsSync(full)
  return {
    path: full,
    skip: isAbsent && !inContinuousIntegration() && `no real data: ${folder ? full : 'TRAMHUONG_DATA is not set'}`,
  }
}
