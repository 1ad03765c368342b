import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigFault } from '#platform/config'
import { dbTest } from '#test/harness'
import { loadDefinitions } from './definitions.ts'

dbTest('a file of definitions that is no YAML is told by its name and line, not by a stack', async (t) => {
  const pack = await mkdtemp(join(tmpdir(), 'tram-pack-'))
  try {
    await cp('packs/khanh-hoa/pack.yaml', join(pack, 'pack.yaml'))
    await mkdir(join(pack, 'indicators'))
    await writeFile(join(pack, 'indicators', 'twice.yaml'), 'source: thử\nindicators:\n  - code: a.b\n    code: a.c\n')
    await assert.rejects(loadDefinitions(t.context(), pack), (error: unknown) => {
      assert.ok(error instanceof ConfigFault)
      assert.match(error.message, /twice\.yaml cannot be read: .*line 4/)
      return true
    })
  } finally {
    await rm(pack, { recursive: true, force: true })
  }
})
