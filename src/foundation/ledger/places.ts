import { join } from 'node:path'
import type { Config } from '#platform/config'
import { openSigner, readVerifierKeys, type Signer } from './note.ts'
import type { VerifyOptions } from './verify.ts'

/** Where an installation keeps what must lie outside the database. */
export const keyPath = (config: Config) => join(config.varDir, 'secrets', 'ledger-key.pem')
export const witnessPath = ({ witnessFile, varDir }: Config) =>
  witnessFile ?? join(varDir, 'ledger', 'last-checkpoint.txt')

export function openOwnSigner(config: Config): Promise<Signer> {
  const host = config.publicUrl ? new URL(config.publicUrl).host : 'tram-huong.internal'
  return openSigner(keyPath(config), `${host}/ledger`)
}

/** What this installation believes; nothing before it has signed for the first time. */
export async function readTrust(config: Config): Promise<VerifyOptions> {
  const verifierKeys = await readVerifierKeys(keyPath(config))
  return { verifierKeys: verifierKeys.length > 0 ? verifierKeys : undefined, witnessPath: witnessPath(config) }
}
