/** The simulated remote signing service as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { projectRoot } from './settings.ts'

export interface RemoteSigning {
  /** Settings that ask it. */
  settings: { url: string; token: string }
  behave(change: Record<string, unknown>): Promise<void>
  /** What the telephones show. */
  asked(): Promise<{ hashes: string[]; description: string }[]>
  addCredential(credential: { user: string; credential: string; key: string; chain: string[] }): Promise<void>
}

const children = new Set<ChildProcess>()
after(() => {
  for (const child of children) child.stdin?.end()
})

export async function startRemoteSigning(): Promise<RemoteSigning> {
  const child = spawn(
    process.execPath,
    ['scripts/launch.mjs', 'simulators/remote-signing/main.ts', '--port', '0', '--until-input-ends'],
    { cwd: projectRoot, stdio: ['pipe', 'pipe', 'ignore'] },
  )
  children.add(child)
  child.unref()
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, control, token } = JSON.parse(line) as Record<'url' | 'control' | 'token', string>
    const post = async (path: string, body: unknown) => {
      const answer = await fetch(`${control}${path}`, { method: 'POST', body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    }
    return {
      settings: { url, token },
      behave: (change) => post('/behaviour', change),
      asked: async () => (await fetch(`${control}/asked`)).json(),
      addCredential: (credential) => post('/credentials', credential),
    }
  }
  throw new Error('the remote signing service ended before it listened')
}
