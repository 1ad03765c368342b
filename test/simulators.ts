import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import type { MessageSettings } from '#platform/config'
import { projectRoot } from './settings.ts'

export interface Arrival {
  channel: string
  id: string
  to: string
  subject?: string
  text: string
  headers: Record<string, string>
  times: number
}

/** The gateways of messages as a process of their own, spoken to over the network. */
export interface MessageSimulators {
  /** Settings that send to them. */
  settings: MessageSettings
  arrived(channel?: string): Promise<Arrival[]>
  behave(channel: string, behaviour: Record<string, unknown>): Promise<void>
  /** What a browser offers that takes pushes of the simulated service. */
  subscribeBrowser(): Promise<{ endpoint: string; keys: { p256dh: string; auth: string } }>
  reset(): Promise<void>
}

const children = new Set<ChildProcess>()

// They end with their standard input; a run that is killed leaves none behind.
after(() => {
  for (const child of children) child.stdin?.end()
})

export async function startSimulators(options: readonly string[] = []): Promise<MessageSimulators> {
  const child = spawn(
    process.execPath,
    ['scripts/launch.mjs', 'simulators/main.ts', '--port', '0', '--until-input-ends', ...options],
    {
      cwd: projectRoot,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  children.add(child)
  child.unref()
  const line = await firstLine(child)
  const { http, smtp, control, token } = JSON.parse(line) as Record<'http' | 'smtp' | 'control' | 'token', string>
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${control}${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  }
  return {
    settings: {
      smtp: { url: smtp, from: 'Trung tâm điều hành (minh họa) <ioc@vidu.invalid>' },
      sms: { url: `${http}/sms`, token },
      zalo: { url: `${http}/zalo`, token },
      call: { url: `${http}/call`, token },
      webhook: { url: `${http}/webhook`, token: 'a-secret-of-tests' },
    },
    arrived: async (channel) =>
      (await (await fetch(`${control}/arrived${channel ? `?channel=${channel}` : ''}`)).json()) as Arrival[],
    behave: (channel, behaviour) => post('/behaviour', { channel, ...behaviour }),
    subscribeBrowser: async () => (await fetch(`${control}/browsers`, { method: 'POST' })).json(),
    reset: () => post('/reset', {}),
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the simulators have no output')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the simulators ended before they listened')
}
