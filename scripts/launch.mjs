// Runs an entry of the project, `node scripts/launch.mjs src/main.ts start`: its TypeScript in one file, made anew when a source has
// changed (about two seconds) and kept under var/build. A program of a thousand modules starts three times sooner so than when each
// is found and read by itself. Packages stay where they are; where nothing may be written the sources are read one by one.
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const entry = process.argv[2]
if (!entry) {
  process.stderr.write('Usage: node scripts/launch.mjs <entry.ts> [arguments]\n')
  process.exit(2)
}
process.argv.splice(1, 2, join(root, entry))
process.setSourceMapsEnabled(true)
await import(await bundleOf(entry))

async function bundleOf(path) {
  const name = path.replace(/\.ts$/, '').replaceAll(/[\\/]/g, '-')
  const bundle = join(root, 'var', 'build', `${name}.mjs`)
  const list = join(root, 'var', 'build', `${name}.json`)
  if (isFresh(list)) return pathToFileURL(bundle).href
  try {
    await build(path, bundle, list)
    return pathToFileURL(bundle).href
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(error.code)) throw error
    const { register } = await import('tsx/esm/api')
    register()
    return pathToFileURL(join(root, path)).href
  }
}

/** True when every file that the bundle was made of is as it was. */
function isFresh(list) {
  try {
    return Object.entries(JSON.parse(readFileSync(list, 'utf8'))).every(([path, mark]) => markOf(path) === mark)
  } catch {
    return false
  }
}

function markOf(path) {
  const { mtimeMs, size } = statSync(join(root, path))
  return `${mtimeMs} ${size}`
}

async function build(path, bundle, list) {
  mkdirSync(dirname(bundle), { recursive: true })
  const esbuild = await import('esbuild')
  const began = Date.now()
  const { metafile, outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [path],
    outfile: bundle,
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
    plugins: [{ name: 'places', setup: keepPlaces }],
  })
  esbuild.stop()
  const inputs = ['package.json', 'tsconfig.json', 'scripts/launch.mjs', ...Object.keys(metafile.inputs)]
  const marks = Object.fromEntries(inputs.map((input) => [input, markOf(input)]))
  // What was changed while it was read is read again at the next start.
  const late = inputs.find((input) => statSync(join(root, input)).mtimeMs >= began)
  // Others may be starting from it at this moment: each file is exchanged as a whole, and the list, which says that all is well, last.
  for (const { path, contents } of outputFiles) exchange(path, contents)
  exchange(list, JSON.stringify(late ? { [late]: '' } : marks))
}

function exchange(path, contents) {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, contents)
  renameSync(draft, path)
}

/** A module that looks for files beside itself finds them where its source lies. */
function keepPlaces(builder) {
  builder.onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
    const source = readFileSync(path, 'utf8')
    const contents = source
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
    return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' }
  })
}
