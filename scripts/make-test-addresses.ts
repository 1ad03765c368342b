// Writes test/fixtures/addresses.csv: labelled addresses for the tests, made by the bench's own reading and noise with a fixed seed.
// Run: TRAMHUONG_DATA=… node --import tsx scripts/make-test-addresses.ts
import { writeFile } from 'node:fs/promises'
import { generateAddresses } from '../bench/addresses/generate.ts'
import { readOfficial } from '../bench/addresses/official.ts'

const folder = process.env.TRAMHUONG_DATA
if (!folder) throw new Error('Set TRAMHUONG_DATA to the folder of the source data')
const lines = generateAddresses(readOfficial(folder), 2400, 20250701).map(
  ({ text, codes }) => `${codes.join(' ')}|${text}`,
)
await writeFile(
  'test/fixtures/addresses.csv',
  `# Written by scripts/make-test-addresses.ts (seed 20250701): codes of the official mapping, then an address as people write them.\n${lines.join('\n')}\n`,
)
