/** The real program on a folder of its own, with the demonstration year of the home pack. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '#platform/embedded'
import {
  findDatabase,
  killAll,
  killGroup,
  launch,
  type Place,
  type Running,
  untilReady,
} from '../test/crash/program.ts'
import { projectRoot } from '../test/settings.ts'

export async function makePlace(name: string): Promise<Place> {
  const varDir = join(projectRoot, 'var', `bench-${name}-${process.pid}`)
  mkdirSync(varDir, { recursive: true })
  return { varDir, packDir: join(projectRoot, 'packs/khanh-hoa'), port: await freePort() }
}

/** Starts it and waits for the line that says so. */
export async function startProgram(place: Place): Promise<{ running: Running; seconds: number }> {
  const startedAt = performance.now()
  const running = launch(place, ['start'])
  await untilReady(running, 5 * 60_000)
  return { running, seconds: (performance.now() - startedAt) / 1000 }
}

export async function endProgram(running: Running): Promise<void> {
  running.child.kill('SIGTERM')
  await running.ended
}

/** Ends whatever is left of it, also when the bench has failed, and removes its folder. */
export async function clearPlace(place: Place, running: Running | undefined): Promise<void> {
  if (running) await killGroup(running)
  killAll(findDatabase(place))
  rmSync(place.varDir, { recursive: true, force: true })
}
