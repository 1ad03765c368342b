/**
 * The content-addressed folder: `<var>/files/aa/bb/<sha256>`. A file is written aside, brought to the disk, and renamed: what bears its
 * hash as its name is whole, whenever the power goes.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export const folderOf = (varDir: string) => join(varDir, 'files')
export const asideOf = (varDir: string) => join(folderOf(varDir), 'aside')
/** Below `var`, with slashes: as a backup names it. */
export const pathOf = (sha256: string) => `files/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`
export const placeOf = (varDir: string, sha256: string) => join(varDir, pathOf(sha256))

export const hashBytes = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

export async function hashPlace(place: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(place)) hash.update(chunk)
  return hash.digest('hex')
}

export async function findSize(place: string): Promise<number | undefined> {
  return (await stat(place).catch(() => undefined))?.size
}

/** Puts the bytes in their place; those that are there already stay. */
export async function placeBytes(varDir: string, sha256: string, bytes: Buffer): Promise<void> {
  const place = placeOf(varDir, sha256)
  if ((await findSize(place)) === bytes.length) return
  await mkdir(asideOf(varDir), { recursive: true, mode: 0o700 })
  await mkdir(dirname(place), { recursive: true, mode: 0o700 })
  const draft = join(asideOf(varDir), randomUUID())
  try {
    const handle = await open(draft, 'wx', 0o600)
    await writeThrough(handle, bytes)
    await rename(draft, place)
    for (const folder of [dirname(place), dirname(dirname(place)), folderOf(varDir)]) await syncFolder(folder)
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
