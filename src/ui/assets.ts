// Static files of the program, made once at start and served from memory: one style sheet, the fonts, and the small browser
// modules (`src/**/browser/*.ts`), each under a name that carries the hash of its content, so a browser may keep it for ever.
// Compressing is slow beside serving, so it is done here; with `cacheDir` a second start only reads.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, transform } from 'esbuild'
import { fontFaces, fontFiles } from './fonts.ts'

export interface Asset {
  path: string
  type: string
  body: Buffer
  brotli: Buffer | undefined
  gzip: Buffer | undefined
}

export interface Assets {
  /** The address of `app.css`, `live.js` or a font, as pages name it. */
  url(name: string): string
  find(path: string): Asset | undefined
  /** Every asset, for measuring. */
  list(): Asset[]
}

export interface AssetOptions {
  /** Where compiled output is kept between starts. */
  cacheDir?: string
  /** Entry files of browser modules; by default every file directly in a `browser` folder of `src`. */
  islands?: readonly string[]
}

/** How long a browser keeps an asset: its name changes with its content. */
export const assetCacheControl = 'public, max-age=31536000, immutable'

const here = dirname(fileURLToPath(import.meta.url))
const sheets = [
  'tokens',
  'base',
  'layout',
  'parts',
  'pieces',
  'files',
  'forms',
  'table',
  'entry',
  'charts',
  'centre',
  'map',
  'watch',
  'matrix',
  'print',
]
const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Builds every static file. */
export async function buildAssets(options: AssetOptions = {}): Promise<Assets> {
  const byPath = new Map<string, Asset>()
  const urls = new Map<string, string>()
  const add = async (name: string, body: Buffer) => {
    const asset = await makeAsset(name, body, options.cacheDir)
    byPath.set(asset.path, asset)
    urls.set(name, asset.path)
  }

  const require = createRequire(import.meta.url)
  await Promise.all(fontFiles.map(async (file) => add(basename(file), await readFile(require.resolve(file)))))
  await Promise.all([
    buildCss((file) => urlOf(urls, basename(file))).then((css) => add('app.css', css)),
    readFile(join(here, 'styles', 'icon.svg')).then((body) => add('icon.svg', body)),
    options.islands ? bundle(options.islands, add) : findIslands().then((found) => bundle(found, add)),
  ])

  return {
    url: (name) => urlOf(urls, name),
    find: (path) => byPath.get(path),
    list: () => [...byPath.values()],
  }
}

/** The body to send for a request's Accept-Encoding, and the name of its encoding. */
export function encodeAsset(
  asset: Asset,
  acceptEncoding: string | undefined,
): { body: Buffer; encoding?: 'br' | 'gzip' } {
  const accepted = (acceptEncoding ?? '').toLowerCase()
  if (asset.brotli && /\bbr\b/.test(accepted)) return { body: asset.brotli, encoding: 'br' }
  if (asset.gzip && /\bgzip\b/.test(accepted)) return { body: asset.gzip, encoding: 'gzip' }
  return { body: asset.body }
}

function urlOf(urls: Map<string, string>, name: string): string {
  const url = urls.get(name)
  if (!url) throw new Error(`No static file is called ${name}`)
  return url
}

async function buildCss(urlOfFont: (file: string) => string): Promise<Buffer> {
  const texts = await Promise.all(sheets.map((name) => readFile(join(here, 'styles', `${name}.css`), 'utf8')))
  const { code } = await transform([fontFaces(urlOfFont), ...texts].join('\n'), { loader: 'css', minify: true })
  return Buffer.from(code)
}

async function findIslands(): Promise<string[]> {
  const source = join(here, '..')
  const files = await readdir(source, { recursive: true })
  return files
    .filter((file) => /(^|[\\/])browser[\\/][^\\/]+\.ts$/.test(file) && !/\.(test|d)\.ts$/.test(file))
    .sort()
    .map((file) => join(source, file))
}

async function bundle(entries: readonly string[], add: (name: string, body: Buffer) => Promise<void>): Promise<void> {
  if (entries.length === 0) return
  const names = entries.map((file) => basename(file, extname(file)))
  const doubled = names.find((name, index) => names.indexOf(name) !== index)
  if (doubled) throw new Error(`Two browser modules are called ${doubled}`)
  const { outputFiles } = await build({
    entryPoints: entries.map((file, index) => ({ in: file, out: names[index] ?? '' })),
    outdir: '/',
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: ['chrome100', 'firefox100', 'safari15'],
    legalComments: 'none',
    loader: { '.css': 'text' },
    logLevel: 'silent',
  })
  await Promise.all(outputFiles.map(({ path, contents }) => add(basename(path), Buffer.from(contents))))
}

async function makeAsset(name: string, body: Buffer, cacheDir: string | undefined): Promise<Asset> {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 10)
  const extension = extname(name)
  const file = `${basename(name, extension)}.${hash}${extension}`
  const type = types[extension] ?? 'application/octet-stream'
  const packed = extension === '.woff2' ? undefined : await compress(file, body, cacheDir)
  return { path: `/assets/${file}`, type, body, brotli: packed?.brotli, gzip: packed?.gzip }
}

async function compress(file: string, body: Buffer, cacheDir: string | undefined) {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: cacheDir ? 11 : 9 } }
  const [brotli, gzipped] = await Promise.all([
    keep(cacheDir, `${file}.br`, () => promisify(brotliCompress)(body, quality)),
    keep(cacheDir, `${file}.gz`, () => promisify(gzip)(body, { level: 9 })),
  ])
  return { brotli, gzip: gzipped }
}

async function keep(cacheDir: string | undefined, name: string, make: () => Promise<Buffer>): Promise<Buffer> {
  if (!cacheDir) return make()
  const path = join(cacheDir, name)
  const kept = await readFile(path).catch(() => undefined)
  if (kept) return kept
  const made = await make()
  await mkdir(cacheDir, { recursive: true })
  // Written aside and renamed, so that a process killed here leaves no half file for the next start.
  await writeFile(`${path}.${process.pid}`, made)
  await rename(`${path}.${process.pid}`, path)
  return made
}
