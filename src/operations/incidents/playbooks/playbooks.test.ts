import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { sendForm } from '#test/forms'
import { type Asker, dbTest } from '#test/harness'
import { open, plain } from '../testing.ts'
import { comparePlaybooks } from './difference.ts'
import { findStepFaults, PlaybookBody } from './model.ts'
import { loadPlaybooks } from './pack-files.ts'

const packFolder = join(import.meta.dirname, '../../../../packs/khanh-hoa')

test('every playbook of the pack is sound, cites its source and says that it is unverified', async () => {
  const names = await readdir(join(packFolder, 'playbooks'))
  const kinds = new Set<string>()
  for (const name of names) {
    const { code, organisation, ...rest } = parse(await readFile(join(packFolder, 'playbooks', name), 'utf8'))
    assert.equal(`${code}.yaml`, name)
    assert.ok(organisation)
    const body = PlaybookBody.parse(rest)
    assert.ok(body.unverified && body.source.length > 20, name)
    kinds.add(body.kind)
  }
  for (const kind of ['flood', 'storm', 'forest-fire', 'sea-rescue', 'cyber', 'portal-outage', 'epidemic', 'traffic'])
    assert.ok(kinds.has(kind), kind)
})

test('steps that wait for a stranger or for themselves are faults', () => {
  const step = (key: string, after?: string) => ({ key, when: { minutes: 1, after } })
  assert.deepEqual(findStepFaults([step('a'), step('b', 'a')]), [])
  assert.equal(findStepFaults([step('a', 'c')]).length, 1)
  assert.equal(findStepFaults([step('a', 'b'), step('b', 'a')]).length, 2)
  assert.equal(findStepFaults([step('a'), step('a')]).length, 1)
})

const edit = (asker: Asker, changes: Record<string, string>) =>
  sendForm(asker, { page: '/kich-ban/lu-bd1/sua' }, { viec: 'luu', ...changes })

dbTest(
  'a playbook is changed as a draft that another person approves; incidents that run keep their version',
  async (t) => {
    const [author, second] = [t.as('trucban'), t.as('truongca-hai')]
    const running = await open(author, { 'kich-ban': 'lu-bd1', cap: '1' })
    const saved = await edit(author, { 'buoc-0-title': 'Xác minh mực nước ở hai trạm', 'buoc-0-amount': '20' })
    assert.equal(saved.statusCode, 303, plain(saved.body).slice(0, 1500))
    const draft = String(saved.headers.location)
    assert.match(draft, /ban=2/)
    assert.match(plain((await author.submit('/kich-ban/lu-bd1/2/duyet', {})).body), /Người soạn không tự duyệt/)
    assert.doesNotMatch(plain((await author.get('/kich-ban/lu-bd1')).body), /ở hai trạm/, 'the version in force stays')
    const compared = plain((await second.get('/kich-ban/lu-bd1?ban=2&so=1')).body)
    assert.match(compared, /Khác nhau giữa bản 1 và bản 2/)
    assert.match(compared, /trong 15 phút từ lúc bắt đầu.*trong 20 phút từ lúc bắt đầu/)
    assert.equal((await second.submit('/kich-ban/lu-bd1/2/duyet', {})).statusCode, 303)
    assert.match(plain((await author.get('/kich-ban/lu-bd1')).body), /ở hai trạm/)
    assert.doesNotMatch(plain((await author.get(`/tinh-huong/${running}/nhiem-vu`)).body), /ở hai trạm/)
    assert.equal((await second.submit('/kich-ban/lu-bd1/2/bo', {})).statusCode, 422, 'it is no draft any more')
    assert.match(plain((await author.get('/kich-ban/lu-bd1/in')).body), /ở hai trạm/)
    assert.equal((await t.as('phantich').get('/kich-ban/lu-bd1/sua')).statusCode, 403)
  },
)

dbTest(
  'the editor adds, moves and takes out steps without losing a word, and names every fault at its step',
  async (t) => {
    const author = t.as('trucban')
    const added = await edit(author, { viec: 'them', 'buoc-1-what': 'Gọi từng trực ban.' })
    assert.equal(added.statusCode, 200)
    assert.match(added.body, /name="buoc-4-title"/)
    assert.match(added.body, /Gọi từng trực ban\./)
    const bare = await sendForm(author, { page: '/kich-ban/lu-bd1/sua', html: added.body }, { viec: 'luu' })
    assert.equal(bare.statusCode, 422)
    assert.match(plain(bare.body), /Bước 5: Không được để trống/)
    assert.match(plain(bare.body), /Bước 5: Không có đơn vị|Bước 5: Không được để trống/)
    const moved = await edit(author, { viec: 'xuong-0' })
    assert.match(moved.body, /name="buoc-1-key" value="xac-minh"/)
  },
)

dbTest('a playbook is written from nothing', async (t) => {
  const author = t.as('trucban')
  const sent = await sendForm(
    author,
    { page: '/kich-ban/tao-moi' },
    {
      viec: 'luu',
      code: 'mat-dien',
      title: 'Mất điện diện rộng',
      kind: 'other',
      purpose: 'Giữ điện cho bệnh viện.',
      source: 'Kinh nghiệm của trung tâm.',
      'buoc-0-title': 'Gọi điện lực',
      'buoc-0-what': 'Hỏi phạm vi và giờ khôi phục.',
      'buoc-0-organisation': 'H32.CT',
      'buoc-0-amount': '15',
    },
  )
  assert.equal(sent.statusCode, 303, plain(sent.body).slice(0, 1500))
  assert.match(plain((await author.get('/kich-ban')).body), /Mất điện diện rộng.*chưa duyệt/)
  const form = await author.get('/tinh-huong/mo')
  assert.doesNotMatch(form.body, /value="mat-dien"/, 'a draft opens no incident')
})

dbTest(
  'unchanged files change nothing; a changed one is the next version, or a draft where people wrote their own',
  async (t) => {
    const count = async () => (await t.sql`select from incidents.playbook_version`).length
    const before = await count()
    await loadPlaybooks(t.context(), packFolder)
    assert.equal(await count(), before)
    await t.sql`update incidents.playbook set pack_sha256 = 'another' where code = 'lu-bd1'`
    await loadPlaybooks(t.context(), packFolder)
    const [next] = await t.sql<{ state: string }[]>`
    select state from incidents.playbook_version where playbook = 'lu-bd1' and version = 2`
    assert.equal(next?.state, 'approved')
    await edit(t.as('trucban'), { title: 'Của trung tâm' })
    await t.as('truongca-hai').submit('/kich-ban/lu-bd1/3/duyet', {})
    await t.sql`update incidents.playbook set pack_sha256 = 'another' where code = 'lu-bd1'`
    await loadPlaybooks(t.context(), packFolder)
    const [draft] = await t.sql<{ state: string; version: number }[]>`
    select state, version from incidents.playbook_version where playbook = 'lu-bd1' order by version desc limit 1`
    assert.deepEqual(draft, { state: 'draft', version: 4 })
  },
)

test('differences name what was added, taken out, changed and moved', async () => {
  const {
    code: _code,
    organisation: _organisation,
    ...rest
  } = parse(await readFile(join(packFolder, 'playbooks/lu-bd1.yaml'), 'utf8'))
  const before = PlaybookBody.parse(rest)
  const [first, second, third, fourth] = before.steps
  assert.ok(first && second && third && fourth)
  const after = {
    ...before,
    steps: [second, first, { ...third, what: 'Khác.' }, { ...first, key: 'moi', title: 'Mới' }],
  }
  const hows = comparePlaybooks(before, after).map(({ how, where }) => `${how} ${where}`)
  assert.ok(hows.includes(`changed ${third.title}`))
  assert.ok(hows.includes('added Mới'))
  assert.ok(hows.includes(`removed ${fourth.title}`))
  assert.ok(hows.includes(`moved ${second.title}`))
})
