import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { Client } from 'ldapts'
import { debianProgram } from '#test/debian'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { escapeFilterValue, fillFilter, NewDirectory, splitSignInName } from './model.ts'

const run = promisify(execFile)
const slapd = debianProgram('slapd', ['/usr/sbin/slapd'])

test('whatever is typed stays one value of the filter', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '*', '(', ')', '\\', '\0', '|', '&', '=', 'đ') }), (typed) => {
      const escaped = escapeFilterValue(typed)
      assert.doesNotMatch(escaped, /[*()\0]/)
      assert.equal(
        escaped.replace(/\\([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
        typed,
      )
    }),
  )
  assert.equal(fillFilter('(uid={name})', '*)(uid=*'), '(uid=\\2a\\29\\28uid=\\2a)')
  assert.equal(fillFilter('(uid={name})', '$&$1'), '(uid=$&$1)', 'no pattern of replacement')
  assert.deepEqual(splitSignInName(' Mau@So.Vidu.Invalid '), { name: 'mau', domain: 'so.vidu.invalid' })
})

const settings = {
  code: 'thu',
  name: 'Danh bạ thử',
  organisation: 'H32.KHCN',
  url: 'ldaps://ldap.vidu.invalid',
  startTls: false,
  baseDn: 'dc=vidu',
  filter: '(uid={name})',
  bindDn: 'cn=tracuu,dc=vidu',
  bindPassword: 'bi-mat-tra-cuu',
  nameAttribute: 'cn',
  mailAttribute: 'mail',
  phoneAttribute: 'telephoneNumber',
  enabled: true,
}

test('a password never crosses the network in the clear', () => {
  const isTaken = (more: object) => NewDirectory.safeParse({ ...settings, ...more }).success
  assert.ok(isTaken({}))
  assert.ok(isTaken({ url: 'ldap://ldap.vidu.invalid', startTls: true }))
  assert.ok(isTaken({ url: 'ldap://127.0.0.1:3389' }))
  assert.ok(!isTaken({ url: 'ldap://ldap.vidu.invalid' }))
  assert.ok(!isTaken({ url: 'ldap://127.0.0.1.vidu.invalid' }))
  assert.ok(!isTaken({ url: 'http://ldap.vidu.invalid' }))
  assert.ok(!isTaken({ filter: '(uid=*)' }))
})

const formOf = (more: Record<string, string> = {}): Record<string, string> => ({
  code: 'thu',
  name: 'Danh bạ thử',
  organisation: 'H32.KHCN',
  url: 'ldaps://ldap.vidu.invalid',
  baseDn: 'ou=canbo,dc=vidu',
  filter: '(&(uid={name})(!(employeeType=khoa)))',
  bindDn: 'cn=tracuu,dc=vidu',
  bindPassword: 'bi-mat-tra-cuu',
  nameAttribute: 'cn',
  mailAttribute: 'mail',
  phoneAttribute: 'telephoneNumber',
  domain: 'so.vidu.invalid',
  enabled: 'yes',
  ...more,
})

const mark = (t: DbTest, account: string) =>
  t.sql`update identity.account set directory = 'thu' where name = ${account}`

dbTest('directories are set within reach, the secret is sealed and goes to no other server', async (t) => {
  const own = t.as(makeActor('quantri-khcn', { 'account:manage': ['H32.KHCN'] }, 'H32.KHCN'))
  assert.equal((await own.submit('/quan-tri/danh-ba/them', formOf({ organisation: 'H32.TC' }))).statusCode, 403)
  assert.equal((await own.submit('/quan-tri/danh-ba/them', formOf())).statusCode, 303)
  const [row] = await t.sql<{ bindSecret: Buffer }[]>`select bind_secret from identity.directory`
  assert.doesNotMatch(row?.bindSecret.toString('latin1') ?? '', /bi-mat/)
  assert.doesNotMatch((await own.get('/quan-tri/danh-ba/thu')).body, /bi-mat/)
  const moved = formOf({ bindPassword: '', url: 'ldaps://ke-gian.invalid' })
  const refused = await own.submit('/quan-tri/danh-ba/thu', moved)
  assert.equal(refused.statusCode, 422)
  assert.match(refused.body, /href="#bindPassword"/)
  assert.equal(
    (await own.submit('/quan-tri/danh-ba/thu', formOf({ bindPassword: '', name: 'Tên khác' }))).statusCode,
    303,
  )
  const faulty = await own.submit('/quan-tri/danh-ba/them', formOf({ code: 'Sai Mã', url: 'ftp://x', filter: 'uid' }))
  for (const field of ['code', 'url', 'filter']) assert.match(faulty.body, new RegExp(`href="#${field}"`))
  const elsewhere = t.as(makeActor('quantri-tc', { 'account:manage': ['H32.TC'] }, 'H32.TC'))
  assert.equal((await elsewhere.get('/quan-tri/danh-ba/thu')).statusCode, 404)
  assert.doesNotMatch((await elsewhere.get('/quan-tri/danh-ba')).body, /Tên khác/)
  assert.equal((await elsewhere.submit('/quan-tri/danh-ba/thu/thu', { ten: 'x', 'mat-khau': '' })).statusCode, 404)
  for (const url of ['/quan-tri/danh-ba', '/quan-tri/danh-ba/them', '/quan-tri/danh-ba/thu'])
    assert.equal((await t.as('lanhdao').get(url)).statusCode, 403)
})

dbTest('while a directory does not answer nobody of it signs in, and a password kept here opens nothing', async (t) => {
  const dead = await freePort()
  await t.as('quantri').submit('/quan-tri/danh-ba/them', formOf({ url: `ldap://127.0.0.1:${dead}` }))
  await mark(t, 'dulieu-khcn')
  const answer = await t.visitor().signIn({ account: 'dulieu-khcn', password: 'tram-huong-2026' })
  assert.equal(answer.statusCode, 503)
  assert.match(answer.body, /không trả lời/)
  assert.equal(
    (await t.as('dulieu-khcn').submit('/tai-khoan/mat-khau', { current: 'tram-huong-2026', wanted: 'a', again: 'a' }))
      .statusCode,
    409,
  )
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address ? address.port : 0
}

interface Running {
  url: string
  ca: string
  stop(): Promise<void>
}

/** Debian's OpenLDAP as an ordinary process: its own folder, a free port, three people, a certificate of its own. */
async function startSlapd(): Promise<Running> {
  const program = await slapd.find()
  const folder = await mkdtemp(join(tmpdir(), 'slapd-'))
  await mkdir(join(folder, 'db'))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
    '-keyout',
    key,
    '-out',
    certificate,
  ])
  const config = [
    'include /etc/ldap/schema/core.schema',
    'include /etc/ldap/schema/cosine.schema',
    'include /etc/ldap/schema/inetorgperson.schema',
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `TLSCertificateFile ${certificate}`,
    `TLSCertificateKeyFile ${key}`,
    // Says yes to a bind without a password, as some servers do: we must not ask it.
    'allow bind_anon_cred bind_anon_dn',
    'database mdb',
    'suffix dc=vidu',
    'rootdn cn=quantri,dc=vidu',
    'rootpw quan-tri-thu',
    `directory ${join(folder, 'db')}`,
    'access to attrs=userPassword by anonymous auth by * none',
    'access to * by dn.exact="cn=tracuu,dc=vidu" read by * auth',
  ]
  await writeFile(join(folder, 'slapd.conf'), `${config.join('\n')}\n`)
  const port = await freePort()
  const url = `ldap://localhost:${port}`
  const child: ChildProcess = spawn(program, ['-d', '0', '-h', url, '-f', join(folder, 'slapd.conf')], {
    stdio: 'ignore',
  })
  const stop = async () => {
    const gone = new Promise((done) => child.once('exit', done))
    if (child.exitCode === null) {
      child.kill('SIGKILL')
      await gone
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await fill(url, child)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, ca: await readFile(certificate, 'utf8'), stop }
}

async function fill(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new Client({ url, timeout: 5000, connectTimeout: 5000 })
    try {
      await client.bind('cn=quantri,dc=vidu', 'quan-tri-thu')
      const person = (uid: string, more: Record<string, string> = {}) =>
        client.add(`uid=${uid},ou=canbo,dc=vidu`, {
          objectClass: 'inetOrgPerson',
          cn: 'Người Danh Bạ',
          sn: 'Bạ',
          userPassword: `mat-khau-${uid}`,
          mail: `${uid}@so.vidu.invalid`,
          ...more,
        })
      await client.add('dc=vidu', { objectClass: ['domain'], dc: 'vidu' })
      await client.add('cn=tracuu,dc=vidu', {
        objectClass: ['organizationalRole', 'simpleSecurityObject'],
        cn: 'tracuu',
        userPassword: 'bi-mat-tra-cuu',
      })
      await client.add('ou=canbo,dc=vidu', { objectClass: ['organizationalUnit'], ou: 'canbo' })
      await person('dulieu-khcn')
      await person('giamdoc-khcn', { employeeType: 'khoa' })
      await person('vanphong')
      return
    } catch (error) {
      if (tries > 200 || child.exitCode !== null) throw error
      await wait(100)
    } finally {
      await client.unbind().catch(() => {})
    }
  }
}

const byDirectory = 'people of an agency sign in by its own directory, over StartTLS, and nobody else does'

async function checkSignIn(t: DbTest, server: Running): Promise<void> {
  const administrator = t.as('quantri')
  const secure = formOf({ url: server.url, startTls: 'yes', ca: server.ca })
  assert.equal((await administrator.submit('/quan-tri/danh-ba/them', secure)).statusCode, 303)
  for (const account of ['dulieu-khcn', 'giamdoc-khcn']) await mark(t, account)
  let address = 1
  // From an address of its own each, so that the brake has nothing to say.
  const signIn = (account: string, password: string) =>
    t.visitor().signIn({ account, password }, { 'x-forwarded-for': `10.0.0.${address++}` })
  const right = 'mat-khau-dulieu-khcn'
  const signed = await signIn('dulieu-khcn', right)
  assert.equal(signed.statusCode, 303, signed.body.slice(0, 1000))
  assert.equal((await signIn('dulieu-khcn@so.vidu.invalid', right)).statusCode, 303)
  const refusals: [string, string, string][] = [
    ['dulieu-khcn', 'sai', 'a wrong password'],
    ['dulieu-khcn', '', 'an empty one: servers call that anonymous and say yes'],
    ['dulieu-khcn', 'tram-huong-2026', 'the one kept here'],
    ['dulieu-khcn@khac.invalid', right, 'another domain'],
    ['vanphong@so.vidu.invalid', 'mat-khau-vanphong', 'in the directory, but not marked here'],
    ['vanphong', 'mat-khau-vanphong', 'the same without its domain'],
    ['giamdoc-khcn', 'mat-khau-giamdoc-khcn', 'disabled in the directory'],
    ['*', right, 'a filter of its own'],
    ['dulieu-khcn)(uid=*', right, 'a filter of its own'],
    ['*)(|(uid=*', right, 'a filter of its own'],
    ['dulieu-khcn\\2a', right, 'a filter of its own'],
  ]
  for (const [account, password, why] of refusals) assert.equal((await signIn(account, password)).statusCode, 401, why)
  assert.equal(
    (await signIn('vanphong', 'tram-huong-2026')).statusCode,
    303,
    'who is not of the directory is asked here',
  )

  const tried = await administrator.submit('/quan-tri/danh-ba/thu/thu', { ten: 'dulieu-khcn', 'mat-khau': right })
  assert.match(tried.body, /Tìm thấy và mật khẩu đúng/)
  assert.match(tried.body, /Người Danh Bạ/)
  const none = await administrator.submit('/quan-tri/danh-ba/thu/thu', { ten: '*', 'mat-khau': '' })
  assert.match(none.body, /Không tìm thấy đúng một người/)
  const strange = formOf({ url: server.url, startTls: 'yes' })
  assert.equal((await administrator.submit('/quan-tri/danh-ba/thu', strange)).statusCode, 303)
  assert.equal((await signIn('dulieu-khcn', right)).statusCode, 503, 'a certificate nobody vouches for')
  const paused = formOf({ url: server.url, startTls: 'yes', ca: server.ca, enabled: '' })
  assert.equal((await administrator.submit('/quan-tri/danh-ba/thu', paused)).statusCode, 303)
  assert.equal((await signIn('dulieu-khcn', right)).statusCode, 401, 'not while the directory is paused')
}

if (slapd.skip) test(byDirectory, { skip: slapd.skip }, () => {})
else
  dbTest(byDirectory, async (t) => {
    const server = await startSlapd()
    await checkSignIn(t, server).finally(() => server.stop())
  })
