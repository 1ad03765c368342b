/**
 * The demonstration year: files as agencies would send them, made by chance that is the same everywhere, from a profile of the pack.
 * They go through the contracts like any other file, so that a number of the demonstration opens down to lines of files too.
 */
import { dossierFiles } from './dossiers.ts'
import type { DemoFile, DemoWorld } from './profile.ts'
import { investmentFiles, lookupFiles, programmeFiles, reportFiles, resultFiles } from './services.ts'
import { airFiles, trafficFiles, waterFiles } from './stations.ts'

export { type DemoAgency, type DemoFile, type DemoWorld, Places, Profile } from './profile.ts'

export async function* demoFiles(world: DemoWorld): AsyncGenerator<DemoFile> {
  yield* dossierFiles(world)
  yield* reportFiles(world)
  yield* lookupFiles(world)
  yield* resultFiles(world)
  yield* investmentFiles(world)
  yield* programmeFiles(world)
  yield* airFiles(world)
  yield* waterFiles(world)
  yield* trafficFiles(world)
}
