import { existsSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import dotenv from 'dotenv'
import { z } from 'zod'

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(from).max(to))
const namesProxies = (text: string) => text.split(',').every((one) => isProxy(one.trim()))
const isProxy = (text: string) => text === 'loopback' || isIP(text.replace(/\/\d{1,3}$/, '')) > 0
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ }).optional()
const httpUrl = z.url({ protocol: /^https?$/ }).optional()
const bucketName = /^[a-z0-9][a-z0-9.-]{1,62}$/
const regionName = /^[a-z0-9-]{2,40}$/
const secret = z.string().min(8).max(500).optional()
const mapBaseKinds = ['raster', 'vector'] as const
const namesTiles = (text: string) =>
  /^https?:\/\//.test(text) &&
  URL.canParse(text) &&
  [/\{(z|TileMatrix)\}/, /\{(x|TileCol)\}/, /\{(y|TileRow)\}/].every((part) => part.test(text))
const readsPairs = (text: string) => /^(\s*[\w:.-]+\s*=\s*[\w:.-]+\s*(,|$))*$/.test(text)
const readPairs = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(',').flatMap((pair) => (pair.includes('=') ? [pair.split('=').map((part) => part.trim())] : [])),
  )
const namesScanner = (text: string) => /^(tcp:\/\/[^/]+|unix:\/\/\/.+)$/.test(text) && URL.canParse(text)
const scannerDown = ['hold', 'accept'] as const
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

const Environment = z.object({
  PORT: wholeNumber(0, 65535).default(8080),
  HOST: z.string().default('127.0.0.1'),
  TRAM_VAR: z.string().default('var'),
  DATABASE_URL: databaseUrl,
  MIGRATION_DATABASE_URL: databaseUrl,
  TRAMHUONG_DATA: z.string().optional(),
  TRAM_ADMIN_PASSWORD: z.string().min(8).max(200).optional(),
  TRAM_PACK: z.string().default('packs/khanh-hoa'),
  TRAM_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TRAM_PROXIES: z.string().refine(namesProxies).default('loopback'),
  TRAM_MAX_FILE_MB: wholeNumber(1, 100_000).default(2048),
  TRAM_PULL_HOSTS: z.string().default(''),
  TRAM_PUSH_HOSTS: z
    .string()
    .default(
      'fcm.googleapis.com, updates.push.services.mozilla.com, *.push.apple.com, *.notify.windows.com, *.push.services.mozilla.com',
    ),
  TRAM_LOG: z.enum(logLevels).default('info'),
  CHROMIUM_PATH: z.string().optional(),
  CLAMD_URL: z.string().refine(namesScanner).optional(),
  CLAMD_DOWN: z.enum(scannerDown).default('hold'),
  FILES_S3_URL: httpUrl,
  FILES_S3_BUCKET: z.string().regex(bucketName).optional(),
  FILES_S3_KEY: z.string().min(3).max(200).optional(),
  FILES_S3_SECRET: secret,
  FILES_S3_REGION: z.string().regex(regionName).default('us-east-1'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z
    .string()
    .max(300)
    .regex(/^[^\p{Cc}<>]*<?[^\s@<>]+@[^\s@<>]+>?$/u)
    .optional(),
  SMS_URL: httpUrl,
  SMS_TOKEN: secret,
  ZALO_URL: httpUrl,
  ZALO_TOKEN: secret,
  CALL_URL: httpUrl,
  CALL_TOKEN: secret,
  WEBHOOK_URL: httpUrl,
  WEBHOOK_SECRET: secret,
  PKCS11_MODULES: z.string().default(''),
  PKCS11_TOOL: z.string().default('pkcs11-tool'),
  SIGNING_HELPER_URL: z
    .url({ protocol: /^http$/, hostname: /^(127\.0\.0\.1|localhost)$/ })
    .default('http://127.0.0.1:17390'),
  REMOTE_SIGNING_URL: httpUrl,
  REMOTE_SIGNING_TOKEN: secret,
  VNEID_ISSUER: httpUrl,
  VNEID_CLIENT_ID: z.string().max(200).optional(),
  VNEID_CLIENT_SECRET: secret,
  VNEID_SCOPES: z.string().max(500).default('openid profile'),
  VNEID_CLAIMS: z.string().refine(readsPairs).default(''),
  VNEID_LEVELS: z.string().refine(readsPairs).default(''),
  VNEID_TIMEOUT_SECONDS: wholeNumber(1, 60).default(8),
  VNEID_SIMULATOR: httpUrl.default('http://127.0.0.1:8210'),
  TRAM_TSA_URL: httpUrl,
  TRAM_TRUST_ROOTS: z.string().optional(),
  TRAM_WITNESS: z.string().min(1).max(1000).optional(),
  MAP_BASE_URL: z.string().refine(namesTiles).optional(),
  MAP_BASE_KIND: z.enum(mapBaseKinds).default('raster'),
  MAP_BASE_ATTRIBUTION: z.string().max(300).default(''),
})

/** What a setting takes, said to who set it to something else. */
const wanted: Partial<Record<string, string>> = {
  PORT: 'a whole number from 0 to 65535, for example 8080',
  DATABASE_URL: 'an address such as postgres://account:password@host:5432/database',
  MIGRATION_DATABASE_URL: 'an address such as postgres://account:password@host:5432/database',
  TRAM_ADMIN_PASSWORD: 'a password of 8 to 200 characters',
  TRAM_PUBLIC_URL: 'an address such as https://tram.example.vn',
  TRAM_PROXIES: 'loopback, or addresses of proxies such as 10.0.0.5, 172.16.0.0/12',
  TRAM_MAX_FILE_MB: 'a whole number of megabytes from 1 to 100000',
  TRAM_LOG: `one of ${logLevels.join(', ')}`,
  CLAMD_URL: 'an address such as tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl',
  CLAMD_DOWN: `one of ${scannerDown.join(', ')}`,
  FILES_S3_URL: 'the address of a store such as https://s3.example.vn',
  FILES_S3_BUCKET: 'the name of a bucket, in small letters, digits and hyphens',
  FILES_S3_KEY: 'a text of 3 to 200 characters',
  FILES_S3_SECRET: 'a secret of 8 to 500 characters',
  FILES_S3_REGION: 'the name of a region such as us-east-1',
  SMTP_URL: 'an address such as smtps://account:password@mail.example.vn:465',
  MAIL_FROM: 'a sender such as Trung tâm điều hành <ioc@example.vn>',
  ...Object.fromEntries(
    ['SMS', 'ZALO', 'CALL', 'WEBHOOK'].map((name) => [
      `${name}_URL`,
      'an address such as https://gateway.example.vn/v1',
    ]),
  ),
  ...Object.fromEntries(
    ['SMS_TOKEN', 'ZALO_TOKEN', 'CALL_TOKEN', 'WEBHOOK_SECRET'].map((name) => [
      name,
      'a secret of 8 to 500 characters',
    ]),
  ),
  SIGNING_HELPER_URL: 'an address of this machine such as http://127.0.0.1:17390',
  REMOTE_SIGNING_URL: 'an address such as https://rssp.example.vn/csc/v1',
  REMOTE_SIGNING_TOKEN: 'a secret of 8 to 500 characters',
  VNEID_ISSUER: 'an address such as https://vneid.example.vn',
  VNEID_CLIENT_SECRET: 'a secret of 8 to 500 characters',
  VNEID_CLAIMS: 'pairs such as number=so_dinh_danh,name=ho_ten',
  VNEID_LEVELS: 'pairs such as vneid:1=muc-1,vneid:2=muc-2',
  VNEID_TIMEOUT_SECONDS: 'a whole number from 1 to 60',
  VNEID_SIMULATOR: 'an address such as http://127.0.0.1:8210',
  TRAM_TSA_URL: 'an address such as http://tsa.example.vn/',
  MAP_BASE_URL:
    'an address of tiles with {z}, {x} and {y}, or {TileMatrix}, {TileCol} and {TileRow} of a WMTS in Web Mercator',
  MAP_BASE_KIND: `one of ${mapBaseKinds.join(', ')}`,
  MAP_BASE_ATTRIBUTION: 'a text of at most 300 characters',
}

/** A gateway that takes messages over HTTP: the token shows who sends, or signs. */
export interface GatewaySettings {
  url: string
  token: string
}

/** Ways out for messages; what is absent is not configured, and its messages wait. */
export interface MessageSettings {
  smtp?: { url: string; from: string }
  sms?: GatewaySettings
  zalo?: GatewaySettings
  call?: GatewaySettings
  webhook?: GatewaySettings
}

/** Where the keys lie that sign documents. */
export interface SigningSettings {
  /** PKCS#11 libraries that may be loaded: nobody names another one at run time. */
  modules: string[]
  /** OpenSC's `pkcs11-tool`. */
  tool: string
  /** Where the signer's own machine answers. */
  helperUrl: string
  /** A service that keeps people's keys and asks them on their telephones. */
  remote?: GatewaySettings
}

/**
 * How the platform relies on VNeID. What the real one calls its claims and its levels is not published: the names are settings, and those
 * of the simulator where nothing is set.
 */
export interface VneidSettings {
  issuer: string
  clientId: string
  clientSecret: string
  scopes: string
  /** The longest that each call waits. */
  timeoutSeconds: number
  claims: Record<keyof typeof vneidClaims, string>
  /** Our level → the word that it is asked for and answered by. */
  levels: Record<keyof typeof vneidLevels, string>
}

const vneidClaims = {
  number: 'personal_identification_number',
  name: 'name',
  birthDate: 'birthdate',
  sex: 'gender',
  organisation: 'organisation_identifier',
  organisationName: 'organisation_name',
}
const vneidLevels = { 'vneid:1': 'vneid:1', 'vneid:2': 'vneid:2' }

/** Settings of one running program, read once from the environment and `.env`, and handed down. */
export interface Config {
  port: number
  host: string
  /** Folder of everything the program keeps beside the database: embedded database, keys, caches. */
  varDir: string
  /** Connection of the running program. Absent: the embedded database under `varDir`. */
  databaseUrl: string | undefined
  /** Connection of the role that owns the tables and runs migrations; by default the same. */
  migrationUrl: string | undefined
  /** Folder with real data for tests and benches; never needed by the running program. */
  dataDir: string | undefined
  adminPassword: string | undefined
  packDir: string
  publicUrl: string | undefined
  /** Addresses of the proxies whose word on who asks is taken: `loopback`, or a list such as `10.0.0.5, 172.16.0.0/12`. */
  proxies: string
  maxFileBytes: number
  /** Hosts from which data may be fetched (`host`, `host:port`), and private addresses or ranges that may be reached (`10.1.0.0/16`). */
  pullHosts: string[]
  /** Push services of browsers (`host`, `host:port`, `*.domain`) that messages may be handed to. */
  pushHosts: string[]
  /** Authority of time stamps (RFC 3161); its host is named in `pullHosts` too. Absent: signatures bear no time stamp. */
  tsaUrl: string | undefined
  /** Folder with the roots of certificates that are trusted, as `.pem`. */
  trustDir: string
  /** Where the newest checkpoint of the ledger is kept besides; absent: under `varDir`. */
  witnessFile: string | undefined
  /** The Chromium that prints PDF. Absent: looked for where it usually lies. */
  chromiumPath: string | undefined
  /** Asked about every file that somebody sends; absent: files are not scanned. */
  scanner: { url: string; whenDown: (typeof scannerDown)[number] } | undefined
  /** Where kept files lie instead of the folder `var`; absent: there. */
  s3: S3Settings | undefined
  /** The installation holds demonstration data, and every page says so; read from the database when it is opened. */
  demo: boolean
  logLevel: string
  messages: MessageSettings
  signing: SigningSettings
  /** Absent: citizens cannot sign in, save by the simulator in demo mode. */
  vneid: VneidSettings | undefined
  /** Where a simulated VNeID may listen; asked in demo mode only, when no other is set. */
  vneidSimulator: VneidSettings | undefined
  /** One base map under the province's own outlines; the only foreign host that a page of the map may load from. */
  mapBase: MapBase | undefined
}

/** A store that speaks the protocol of S3, addressed by path. */
export interface S3Settings {
  url: string
  bucket: string
  key: string
  secret: string
  region: string
}

export interface MapBase {
  /** With {z}, {x} and {y}. */
  url: string
  origin: string
  /** Pictures (XYZ, WMTS) or vector tiles (MVT). */
  kind: (typeof mapBaseKinds)[number]
  attribution: string
}

/** @throws ConfigFault with one line that names each wrong setting and says what it takes. */
export function readConfig(overrides: Record<string, string> = {}, defaults: Record<string, string> = {}): Config {
  if (existsSync('.env')) dotenv.config({ path: '.env', quiet: true })
  const present = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse({ ...defaults, ...present, ...overrides })
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))]
    const words = names.map((name) => `${name} must be ${wanted[name] ?? 'a text'}`)
    throw new ConfigFault(`Wrong setting (environment or .env): ${words.join('; ')}.`)
  }
  const env = parsed.data
  return {
    port: env.PORT,
    host: env.HOST,
    varDir: resolve(env.TRAM_VAR),
    databaseUrl: env.DATABASE_URL,
    migrationUrl: env.MIGRATION_DATABASE_URL ?? env.DATABASE_URL,
    dataDir: env.TRAMHUONG_DATA && resolve(env.TRAMHUONG_DATA),
    adminPassword: env.TRAM_ADMIN_PASSWORD,
    packDir: resolve(env.TRAM_PACK),
    publicUrl: env.TRAM_PUBLIC_URL,
    proxies: env.TRAM_PROXIES,
    maxFileBytes: env.TRAM_MAX_FILE_MB * 1024 * 1024,
    pullHosts: readList(env.TRAM_PULL_HOSTS),
    pushHosts: readList(env.TRAM_PUSH_HOSTS),
    tsaUrl: env.TRAM_TSA_URL,
    witnessFile: env.TRAM_WITNESS && resolve(env.TRAM_WITNESS),
    trustDir: resolve(env.TRAM_TRUST_ROOTS ?? join(env.TRAM_PACK, 'trust')),
    chromiumPath: env.CHROMIUM_PATH && resolve(env.CHROMIUM_PATH),
    scanner: env.CLAMD_URL ? { url: env.CLAMD_URL, whenDown: env.CLAMD_DOWN } : undefined,
    s3: readS3(env),
    demo: false,
    logLevel: env.TRAM_LOG,
    messages: readMessages(env),
    signing: readSigning(env),
    vneid: readVneid(env),
    vneidSimulator: {
      ...vneidNames(env),
      issuer: env.VNEID_SIMULATOR,
      clientId: 'tram-huong',
      clientSecret: 'simulated-vneid-secret',
    },
    mapBase: env.MAP_BASE_URL
      ? readMapBase(env.MAP_BASE_URL, { kind: env.MAP_BASE_KIND, attribution: env.MAP_BASE_ATTRIBUTION })
      : undefined,
  }
}

const readList = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
/** All four together, or none. */
function readS3(env: z.infer<typeof Environment>): S3Settings | undefined {
  const { FILES_S3_URL: url, FILES_S3_BUCKET: bucket, FILES_S3_KEY: key, FILES_S3_SECRET: secret } = env
  checkPair('FILES_S3_URL', url, 'FILES_S3_BUCKET', bucket)
  checkPair('FILES_S3_URL', url, 'FILES_S3_KEY', key)
  checkPair('FILES_S3_URL', url, 'FILES_S3_SECRET', secret)
  return url && bucket && key && secret ? { url, bucket, key, secret, region: env.FILES_S3_REGION } : undefined
}

/** Each way out is an address and who sends or signs: one without the other is a setting gone wrong. */
function readMessages(env: z.infer<typeof Environment>): MessageSettings {
  const gateway = (name: 'SMS' | 'ZALO' | 'CALL', url = env[`${name}_URL`], token = env[`${name}_TOKEN`]) => {
    checkPair(`${name}_URL`, url, `${name}_TOKEN`, token)
    return url && token ? { url, token } : undefined
  }
  checkPair('SMTP_URL', env.SMTP_URL, 'MAIL_FROM', env.MAIL_FROM)
  checkPair('WEBHOOK_URL', env.WEBHOOK_URL, 'WEBHOOK_SECRET', env.WEBHOOK_SECRET)
  return {
    smtp: env.SMTP_URL && env.MAIL_FROM ? { url: env.SMTP_URL, from: env.MAIL_FROM } : undefined,
    sms: gateway('SMS'),
    zalo: gateway('ZALO'),
    call: gateway('CALL'),
    webhook: env.WEBHOOK_URL && env.WEBHOOK_SECRET ? { url: env.WEBHOOK_URL, token: env.WEBHOOK_SECRET } : undefined,
  }
}

function readSigning(env: z.infer<typeof Environment>): SigningSettings {
  const { REMOTE_SIGNING_URL: url, REMOTE_SIGNING_TOKEN: token } = env
  checkPair('REMOTE_SIGNING_URL', url, 'REMOTE_SIGNING_TOKEN', token)
  return {
    modules: readList(env.PKCS11_MODULES),
    tool: env.PKCS11_TOOL,
    helperUrl: env.SIGNING_HELPER_URL.replace(/\/$/, ''),
    remote: url && token ? { url, token } : undefined,
  }
}

function readVneid(env: z.infer<typeof Environment>): VneidSettings | undefined {
  const { VNEID_ISSUER: issuer, VNEID_CLIENT_ID: clientId, VNEID_CLIENT_SECRET: clientSecret } = env
  checkPair('VNEID_ISSUER', issuer, 'VNEID_CLIENT_ID', clientId)
  checkPair('VNEID_ISSUER', issuer, 'VNEID_CLIENT_SECRET', clientSecret)
  return issuer && clientId && clientSecret ? { ...vneidNames(env), issuer, clientId, clientSecret } : undefined
}

const vneidNames = (env: z.infer<typeof Environment>) => ({
  scopes: env.VNEID_SCOPES,
  timeoutSeconds: env.VNEID_TIMEOUT_SECONDS,
  claims: { ...vneidClaims, ...readPairs(env.VNEID_CLAIMS) },
  levels: { ...vneidLevels, ...readPairs(env.VNEID_LEVELS) },
})

function checkPair(nameA: string, a: string | undefined, nameB: string, b: string | undefined): void {
  if ((a === undefined) === (b === undefined)) return
  throw new ConfigFault(`Wrong setting (environment or .env): ${nameA} and ${nameB} are set together or not at all.`)
}

/** The names that WMTS gives to the parts of an address are those of other tiles in other words. */
function readMapBase(address: string, rest: Pick<MapBase, 'kind' | 'attribution'>): MapBase {
  const url = address.replace('{TileMatrix}', '{z}').replace('{TileCol}', '{x}').replace('{TileRow}', '{y}')
  return { url, origin: new URL(url).origin, ...rest }
}

/** Real data are for tests and benches only, but a folder that is named and is not there is a setting gone wrong. */
export function checkDataFolder({ dataDir }: Config): void {
  if (dataDir === undefined || statSync(dataDir, { throwIfNoEntry: false })?.isDirectory()) return
  throw new ConfigFault(`TRAMHUONG_DATA names ${dataDir}, which is no folder: correct it, or leave it out.`)
}

/** A setting or a place that stops the start; its message is the one line a person reads, and says the mend. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault'
}

/** True in continuous integration, where a test that skips for want of data fails. */
export const inContinuousIntegration = () => process.env.CI === 'true'

/** The environment for a program of the system that needs its vendor's settings: all of it but our own, which hold secrets. */
export const programEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TRAM') && !Object.hasOwn(Environment.shape, name)),
  )

/** Where the programs of the system are found, for those that are started from here. */
export const programPath = () => process.env.PATH
