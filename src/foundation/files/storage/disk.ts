/**
 * A folder of this machine. A file is written aside, brought to the disk, and renamed: what bears its name is whole, whenever the power
 * goes.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { FileStore, ListedBytes } from './file-store.ts'
import { asideFolder } from './names.ts'

export function diskStore(varDir: string): FileStore {
  const placeOf = (name: string) => join(varDir, name)
  return {
    put: (name, bytes) => putAside(varDir, placeOf(name), bytes),
    async open(name) {
      const handle = await open(placeOf(name), 'r').catch(ignoreMissing)
      if (!handle) return undefined
      return { sizeBytes: (await handle.stat()).size, bytes: handle.createReadStream() }
    },
    findSize: async (name) => (await stat(placeOf(name)).catch(ignoreMissing))?.size,
    async remove(name) {
      await rm(placeOf(name), { force: true })
    },
    list: (folder) => listFolder(varDir, folder),
  }
}

async function putAside(varDir: string, place: string, bytes: Buffer): Promise<void> {
  const aside = join(varDir, asideFolder)
  await mkdir(aside, { recursive: true, mode: 0o700 })
  await mkdir(dirname(place), { recursive: true, mode: 0o700 })
  const draft = join(aside, randomUUID())
  try {
    await writeThrough(await open(draft, 'wx', 0o600), bytes)
    await rename(draft, place)
    // The folders above may be new as well, and stand on the disk only when the one over them does.
    for (let folder = dirname(place); folder !== varDir; folder = dirname(folder)) await syncFolder(folder)
  } finally {
    await rm(draft, { force: true })
  }
}

async function writeThrough(handle: FileHandle, bytes: Buffer): Promise<void> {
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The name in a folder is on the disk only when the folder is; not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

/** Folder by folder, so that a store of millions is never held in memory. */
async function* listFolder(varDir: string, folder: string): AsyncGenerator<ListedBytes> {
  const path = join(varDir, folder)
  const entries = (await readdir(path, { withFileTypes: true }).catch(ignoreMissing)) ?? []
  for (const entry of entries) {
    if (entry.isDirectory()) yield* listFolder(varDir, join(folder, entry.name))
    if (!entry.isFile()) continue
    const found = await stat(join(path, entry.name)).catch(ignoreMissing)
    const name = relative(varDir, join(path, entry.name)).replaceAll('\\', '/')
    if (found) yield { name, modifiedAt: found.mtime }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
