import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parse } from 'yaml'
import { sendForm } from '#test/forms'
import { type DbTest, dbTest } from '#test/harness'
import { readContractForm } from '../contract-form/read.ts'
import { contractForm } from '../contract-form/write.ts'
import { importBytes } from '../import.ts'
import { Contract } from '../model.ts'

test('the form of a contract says all it shows: what is read from an untouched form is the same contract', async () => {
  let count = 0
  for (const pack of ['khanh-hoa', 'open-samples'])
    for (const name of await readdir(`packs/${pack}/contracts`)) {
      const contract = Contract.parse(parse(await readFile(`packs/${pack}/contracts/${name}`, 'utf8')))
      const { raw, errors } = readContractForm(contractForm(contract), contract)
      assert.deepEqual(errors, [], name)
      assert.deepEqual(JSON.parse(JSON.stringify(raw)), JSON.parse(JSON.stringify(contract)), name)
      count += 1
    }
  assert.ok(count > 15)
})

const page = '/nguon/air-stations/hop-dong/sua'
const rows = 'tram,dia_ban,thoi_diem,pm25,pm10\nT1,22366,2026-11-20 08:00,12.5,30\nT1,22366,2026-11-20 09:00,80,81\n'

async function takeIn(t: DbTest): Promise<void> {
  await importBytes(t.context(), {
    source: 'air-stations',
    contractVersion: 1,
    channel: 'upload',
    fileName: 'tram.csv',
    bytes: (async function* () {
      yield Buffer.from(rows)
    })(),
  })
}

const draftOf = async (t: DbTest): Promise<Contract> => {
  const [row] = await t.sql`
    select body from warehouse.contract where source = 'air-stations' order by version desc limit 1`
  return row?.body
}
const indexOf = async (t: DbTest, name: string) =>
  (await draftOf(t)).columns.findIndex((column) => column.name === name)

dbTest('a contract is changed without YAML, and tried on what is stored before it takes effect', async (t) => {
  await takeIn(t)
  const keeper = t.as('quantri')
  const pm25 = await indexOf(t, 'pm25')
  const saved = await sendForm(
    keeper,
    { page },
    {
      ten: 'Trạm không khí tự động',
      'dau-moi': 'Chi cục trưởng thử',
      'loai-can-cu': 'internal',
      'can-cu': 'Quy chế trạm',
      'so-can-cu': '12/QC-NNMT',
      'chua-doi-chieu': undefined,
      'dinh-ky': 'day',
      han: '1',
      'dau-ngan': 'auto',
      'bang-ma': 'windows-1258',
      'mui-gio': 'Asia/Bangkok',
      'cach-gui': 'full',
      khoa: 'tram\nthoi_diem\ndia_ban',
      'thu-tu-ban': 'thoi_diem',
      [`den-${pm25}`]: '50',
      [`so-${pm25}`]: 'vi',
      'so-trai': 'pm10',
      'so-phep': '>=',
      'so-phai': 'pm25',
      'ly-do': 'Theo quy chế mới của trạm',
      viec: 'bieu-mau',
    },
  )
  assert.equal(saved.statusCode, 303, saved.body)
  assert.match(String(saved.headers.location), /hop-dong\/thu\/2$/)
  const draft = await draftOf(t)
  assert.deepEqual(draft.basis, { kind: 'internal', title: 'Quy chế trạm', number: '12/QC-NNMT', unverified: false })
  assert.deepEqual([draft.cadence.every, draft.cadence.dueWorkingDays], ['day', 1])
  assert.deepEqual([draft.format.delimiter, draft.format.encoding], ['auto', 'windows-1258'])
  assert.deepEqual([draft.timeZone, draft.mode, draft.versionBy], ['Asia/Bangkok', 'full', 'thoi_diem'])
  assert.deepEqual(draft.key, ['tram', 'thoi_diem', 'dia_ban'])
  assert.deepEqual([draft.columns[pm25]?.max, draft.columns[pm25]?.numbers], [50, 'vi'])
  const check = draft.checks.at(-1)
  assert.equal(check?.assert, 'pm10 == null || pm25 == null || pm10 >= pm25')
  assert.match(check?.message ?? '', /không nhỏ hơn/)
  const trial = await keeper.get(String(saved.headers.location))
  assert.match(trial.body, /Sẽ khác/, 'what would differ in what is stored')
  assert.match(trial.body, /Đầu mối/)
  const [current] =
    await t.sql`select version from warehouse.contract where source = 'air-stations' and state = 'current'`
  assert.equal(current?.version, 1, 'nothing has changed yet')
})

dbTest('each fault stands at its field, all of them at once, and what was typed is kept', async (t) => {
  const keeper = t.as('quantri')
  const pm25 = await indexOf(t, 'pm25')
  const refused = await sendForm(
    keeper,
    { page },
    {
      ten: '',
      'can-cu': '',
      'dinh-ky': '',
      'mui-gio': 'Trai_Dat/Nha_Trang',
      khoa: 'khong_co_cot',
      'bo-dong': 'hai',
      [`tu-${pm25}`]: 'thấp',
      'phai-dung-0': 'pm25 >',
      'loi-bao-0': '',
      'so-trai': 'pm25',
      'ly-do': '',
      viec: 'bieu-mau',
    },
  )
  assert.equal(refused.statusCode, 422)
  for (const field of ['ten', 'can-cu', 'dinh-ky', 'bo-dong', `tu-${pm25}`, 'loi-bao-0', 'so-phai', 'ly-do'])
    assert.match(refused.body, new RegExp(`id="${field}-error"`), field)
  assert.match(refused.body, /value="thấp"/)
  const shaped = await sendForm(
    keeper,
    { page },
    { 'mui-gio': 'Trai_Dat/Nha_Trang', khoa: 'khong_co_cot', 'ly-do': 'Thử múi giờ', viec: 'bieu-mau' },
  )
  for (const field of ['mui-gio', 'khoa']) assert.match(shaped.body, new RegExp(`id="${field}-error"`), field)
  const wrong = await sendForm(
    keeper,
    { page },
    { 'phai-dung-0': 'pm25 >', 'loi-bao-0': 'Sai', 'ly-do': 'Thử biểu thức', viec: 'bieu-mau' },
  )
  assert.equal(wrong.statusCode, 422, 'an expression that is none')
})

dbTest('conditions and lists are added and taken away', async (t) => {
  const keeper = t.as('quantri')
  const first = await sendForm(
    keeper,
    { page },
    { 'phai-dung-0': 'pm25 == null || pm25 < 900', 'loi-bao-0': 'PM2.5 quá lớn, xin kiểm tra máy đo.', viec: 'them' },
  )
  assert.equal(first.statusCode, 200)
  assert.match(first.body, /name="phai-dung-1"/, 'room for another')
  const added = await sendForm(
    keeper,
    { page, html: first.body },
    {
      'ten-danh-muc-moi': 'tram',
      'danh-muc-moi': 'Trạm 1 = T1\nTrạm 2 = T2',
      'ly-do': 'Thêm điều kiện và danh mục',
      viec: 'bieu-mau',
    },
  )
  assert.equal(added.statusCode, 303, added.body)
  const kept = await draftOf(t)
  assert.equal(kept.checks.length, 1)
  assert.deepEqual(kept.lists.tram, { 'Trạm 1': 'T1', 'Trạm 2': 'T2' })
  const gone = await sendForm(keeper, { page }, { 'phai-dung-0': '', 'ly-do': 'Bỏ điều kiện', viec: 'bieu-mau' })
  assert.equal(gone.statusCode, 303, gone.body)
  assert.deepEqual((await draftOf(t)).checks, [])
})
