import type { Config } from '#platform/config'
import { diskStore } from './disk.ts'
import type { FileStore } from './file-store.ts'
import { s3Store } from './s3.ts'

const made = new WeakMap<Config, FileStore>()

/** Where this installation's files lie, by its settings. */
export function storeOf(config: Config): FileStore {
  const known = made.get(config)
  if (known) return known
  const store = config.s3 ? s3Store(config.s3) : diskStore(config.varDir)
  made.set(config, store)
  return store
}
