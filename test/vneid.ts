import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { projectRoot } from './settings.ts'

/** The simulated VNeID as a process of its own, spoken to over the network. */
export interface SimulatedVneid {
  issuer: string
  clientId: string
  clientSecret: string
  /** As `Change` of simulators/vneid/behaviour.ts says. */
  behave(behaviour: Record<string, unknown>): Promise<void>
  rotateKeys(): Promise<void>
  reset(): Promise<void>
}

export const vneidPassword = 'vneid-mo-phong'

const children = new Set<ChildProcess>()
let running: Promise<SimulatedVneid> | undefined

// It ends with its standard input; a run that is killed leaves none behind.
after(() => {
  for (const child of children) child.stdin?.end()
})

/** One for all tests of this process, behaving as usual. */
export async function startVneid(): Promise<SimulatedVneid> {
  running ??= spawnVneid()
  const vneid = await running
  await vneid.reset()
  return vneid
}

async function spawnVneid(): Promise<SimulatedVneid> {
  const child = spawn(
    process.execPath,
    ['scripts/launch.mjs', 'simulators/vneid/main.ts', '--port', '0', '--until-input-ends'],
    {
      cwd: projectRoot,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  children.add(child)
  child.unref()
  if (!child.stdout) throw new Error('the simulated VNeID has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const { control, ...facts } = JSON.parse(line) as Record<'issuer' | 'control' | 'clientId' | 'clientSecret', string>
    const post = async (path: string, body: unknown) => {
      const answer = await fetch(`${control}${path}`, { method: 'POST', body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    }
    return {
      ...facts,
      behave: (behaviour) => post('/behaviour', behaviour),
      rotateKeys: () => post('/rotate-keys', {}),
      reset: () => post('/reset', {}),
    }
  }
  throw new Error('the simulated VNeID ended before it listened')
}
