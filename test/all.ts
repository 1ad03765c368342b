/**
 * Every test of the project on one database server, in two processes when all of them are asked for: this one, and `whole.ts` with those
 * of the program as a whole (the browser on every page, programs that are started and killed, attacks on every route). With parts of
 * paths as arguments the files that match run here. Long runs (crashes, benches) have commands of their own.
 */
import { runTests, wholeTests } from './run-tests.ts'

const wanted = process.argv.slice(2)

await runTests((path) =>
  wanted.length > 0 ? wanted.some((part) => path.includes(part)) : !wholeTests.some((part) => path.includes(part)),
)
