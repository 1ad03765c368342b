import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import type { S3Settings } from '#platform/config'
import { projectRoot } from './settings.ts'

export interface FileSimulators {
  s3: S3Settings
  clamd: string
  behave(behaviour: Record<string, unknown>): Promise<void>
}

let started: Promise<FileSimulators> | undefined
let child: ChildProcess | undefined
after(() => child?.stdin?.end())

/** A store of S3 and a scanner as one process of its own, spoken to over the network; the same for all tests of a run. */
export function startFileSimulators(): Promise<FileSimulators> {
  started ??= start()
  return started
}

async function start(): Promise<FileSimulators> {
  child = spawn(
    process.execPath,
    ['scripts/launch.mjs', 'simulators/files/main.ts', '--port', '0', '--until-input-ends'],
    {
      cwd: projectRoot,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  child.unref()
  if (!child.stdout) throw new Error('the simulators have no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Record<'s3' | 'control' | 'clamd' | 'key' | 'secret' | 'region' | 'bucket', string>
    const { key, secret, region, bucket } = said
    return {
      s3: { url: said.s3, key, secret, region, bucket },
      clamd: said.clamd,
      async behave(behaviour) {
        const answer = await fetch(`${said.control}/behaviour`, { method: 'POST', body: JSON.stringify(behaviour) })
        if (!answer.ok) throw new Error(await answer.text())
      },
    }
  }
  throw new Error('the simulators ended before they listened')
}
