import type { Config } from '#platform/config'
import { diskStore } from './disk.ts'
import type { FileStore } from './file-store.ts'

export function storeOf(config: Config): FileStore {
  return diskStore(config.varDir)
}
