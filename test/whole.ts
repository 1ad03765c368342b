/** The tests of the program as a whole: they run beside `all.ts`. */
import { runTests, wholeTests } from './run-tests.ts'

await runTests((path) => wholeTests.some((part) => path.includes(part)))
