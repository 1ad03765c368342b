/**
 * A small stock of records for tests that look at every page: two sources, two communes, sound and faulty ones, corrections. Every text
 * that a source may choose freely is hostile: markup, formulas, line ends. What belongs to commune B carries a mark of its own.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { raiseAlert } from '#alerts'
import { changeCalendarDays } from '#calendar'
import { keepBytes } from '#files'
import { askInspection, decideInspection, lookUpPerson } from '#identity'
import { listOpenIncidents } from '#incidents'
import { processTouches } from '#indicators'
import { notify } from '#notifications'
import type { Context } from '#platform/context'
import { publicPath, publishDocument, requestSignature } from '#signing'
import { importBytes } from '#warehouse'
import { capabilities, collectGrants } from '../src/app.ts'
import { drawDisposal } from '../src/foundation/files/retention/actions.ts'
import { object } from '../src/foundation/identity/person/own.ts'
import { resolvePerson } from '../src/foundation/identity/person/resolve.ts'
import { registerClient } from '../src/foundation/identity/provider/clients.ts'
import { NewClient } from '../src/foundation/identity/provider/model.ts'
import { columns, importCertificates } from '../src/foundation/signing/certificates/import.ts'
import { openSession } from '../src/foundation/signing/requests/sessions.ts'
import { putSilence } from '../src/operations/alerts/silences.ts'
import { makeDueBriefs } from '../src/operations/centre/briefs/actions.ts'
import { writeLog } from '../src/operations/incidents/record/log.ts'
import { seedDirectives } from '../src/services/directives/seed/seed.ts'
import { type Sender, submitForm } from './crawl.ts'
import { makeActor } from './harness.ts'
import { projectRoot } from './settings.ts'
import { makePaper } from './signed-papers.ts'
import { makePdf } from './signers.ts'

export const communeA = { organisation: 'H32.22366', area: '22366' } as const
export const communeB = { organisation: 'H32.22736', area: '22736' } as const

/** Appears in every text of commune B's records, and nowhere else. */
export const markOfB = 'CHIDANHCHOXAB'
/** Personal values: masked wherever they are shown without a purpose. */
export const personalMark = 'NOIDUNGCANHAN'

export const markup = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'><b>'
const formulas = ['=HYPERLINK("http://x.invalid")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1'] as const

interface Sample {
  key: string
  category: string
  commune: typeof communeA | typeof communeB
  personal: string
  state?: string
}

const reports = (commune: typeof communeA | typeof communeB): Sample[] => {
  const mark = commune === communeB ? ` ${markOfB}` : ''
  const code = commune === communeB ? `B-${markOfB}` : 'A'
  const texts = [markup, ...formulas, 'Vệ sinh môi trường', 'Trật tự đô thị', 'a\r\nSet-Cookie: x=1']
  const sound = texts.map((category, index) => ({
    key: `PA-${code}-${index}`,
    category: `${category}${mark}`,
    commune,
    personal: `${personalMark} ${markup}${mark}`,
  }))
  const hostileKeys = [`=1+1 ${code}`, `<i>${code}</i>`, `../../etc/${code}`].map((key) => ({
    key,
    category: `Hạ tầng${mark}`,
    commune,
    personal: personalMark,
  }))
  const faulty = [1, 2, 3].map((index) => ({
    key: `PA-${code}-hong-${index}`,
    category: `${markup}${mark}`,
    commune,
    personal: `${personalMark}${mark}`,
    state: `không-có-${index} ${markup}${mark}`,
  }))
  return [...sound, ...hostileKeys, ...faulty]
}

const lineOf = ({ key, category, commune, personal, state = 'moi' }: Sample, updated: string): string =>
  JSON.stringify({
    ma: key,
    linh_vuc: category,
    kenh: category,
    don_vi: commune.organisation,
    dia_ban: commune.area,
    tiep_nhan: '2026-11-10T08:00:00+07:00',
    trang_thai: state,
    noi_dung: personal,
    cap_nhat: updated,
  })

export const dossierColumns =
  'MaHoSo,MaTTHC,MaLinhVuc,HinhThuc,DonViXuLy,NoiTiepNhan,DiaBan,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,SoLanBoSung,SoNgayXuLy,PhiPhaiNop,PhiDaNop,ThanhToan,SoHoa,KetQuaDienTu,ChuHoSo,CapNhatLuc'

export function dossierLine(index: number, commune: typeof communeA | typeof communeB): string {
  const isB = commune === communeB
  const state = index % 3 === 0 ? '10' : '4'
  const ended = state === '10' ? '20261112100000' : ''
  const code = `${isB ? 'H32.B' : 'H32.A'}-261110-${String(1000 + index)}`
  const procedure = isB ? `1.0${index} ${markOfB}` : `1.0${index}`
  const { organisation, area } = commune
  return `${code},${procedure},LV${index},2,${organisation},${organisation},${area},20261110080000,20261120170000,${ended},${state},0,2,0,0,1,1,1,${personalMark} ${isB ? markOfB : ''},20261112110000`
}

/** Somebody who may do everything everywhere. */
export const everybody = makeActor(
  'nguoi-xem-het',
  Object.fromEntries([...collectGrants().keys()].map((name) => [name, 'all'])),
  'H32',
)

/** Uploads a file on a page; the address of the preview. */
export async function uploadSample(
  asker: Sender,
  path: string,
  file: { name: string; bytes: string | Buffer },
): Promise<string> {
  const border = 'ranh-gioi-cua-cac-phan'
  const payload = Buffer.concat([
    Buffer.from(
      `--${border}\r\ncontent-disposition: form-data; name="tep"; filename="${file.name}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    ),
    Buffer.from(file.bytes),
    Buffer.from(`\r\n--${border}--\r\n`),
  ])
  const headers = { 'content-type': `multipart/form-data; boundary=${border}` }
  const { statusCode, body, headers: answered } = await asker.inject({ method: 'POST', url: path, headers, payload })
  if (statusCode !== 303) throw new Error(`${path} did not take the file: ${statusCode} ${body.slice(0, 2000)}`)
  return String(answered.location)
}

const strangers = `Tên;Số;Ngày\n"${markup.replaceAll('"', '""')}";1;01/02/2026\n=1+1;2;02/02/2026\n`

const accountList = `Tên đăng nhập,Họ và tên,Mã đơn vị,Chức vụ
"mau.thu","${markup.replaceAll('"', '""')}",H32.KHCN,"=1+1"
"sai ten","",KHONG.CO,""`

const directory: Record<string, string> = {
  code: 'thu',
  name: `Danh bạ ${markup}`,
  organisation: 'H32.KHCN',
  url: 'ldaps://ldap.vidu.invalid',
  baseDn: 'dc=vidu',
  filter: '(uid={name})',
  bindDn: 'cn=tracuu,dc=vidu',
  bindPassword: 'bi-mat-tra-cuu',
  nameAttribute: 'cn',
  mailAttribute: 'mail',
  phoneAttribute: 'telephoneNumber',
  enabled: 'yes',
}

/** What people make on pages: uploads that wait for their owner's word, a contract under change, a board; addresses of each. */
export async function makeByHand(asker: Sender): Promise<string[]> {
  const known = [dossierColumns, dossierLine(9, communeA)].join('\n')
  const submit = async (path: string, fields: Record<string, string>) => {
    const answer = await submitForm(asker, path, fields)
    if (answer.statusCode !== 303)
      throw new Error(`${path} was refused: ${answer.statusCode} ${answer.body.slice(0, 2000)}`)
    return String(answer.headers.location)
  }
  return [
    await uploadSample(asker, '/nguon/one-stop-dossiers/tai-len', { name: 'ho-so.csv', bytes: known }),
    await uploadSample(asker, '/nguon/tao-moi', { name: '<b>la.csv', bytes: strangers }),
    await submit('/nguon/citizen-reports/hop-dong/sua', {
      viec: 'toan-van',
      'ly-do': `Thử sửa ${markup}`,
      'toan-van': (await changedContract()).replace('name: Phản ánh', 'name: Kênh phản ánh'),
    }),
    await submit('/nguon/citizen-reports/lay-du-lieu/them?loai=http', {
      'dia-chi': 'http://127.0.0.1:9/<b>phan-anh.jsonl',
      lich: '0 6 * * *',
    }),
    // By links it is reached from the numbers over observations only.
    '/chi-tieu/air.pm25/theo-gio',
    // Reached by who has the shift: nobody here has one.
    '/ca-truc/doi-ca/1',
    // A list of accounts that waits, hostile as the rest, and a directory that does not answer.
    await uploadSample(asker, '/quan-tri/danh-sach-tai-khoan', { name: '<b>ds.csv', bytes: accountList }),
    await submit('/quan-tri/danh-ba/them', directory),
    await submit('/bang', { title: `Giao ban ${markup}`, 'don-vi': 'H32' }),
  ]
}

/** A unit's official form, fetched and sent back as it came: each cell that must be filled is a fault. Addresses of both. */
export async function sendEmptyForm(asker: Sender, unit: string): Promise<string[]> {
  const list = `/bieu-mau?don-vi=${unit}`
  const { body } = await asker.inject({ method: 'GET', url: list, headers: { accept: 'text/html' } })
  const download = /href="(\/bieu-mau\/[^"]+\/tai-ve[^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&')
  if (!download) throw new Error(`${list} offers no form`)
  const { rawPayload } = await asker.inject({ method: 'GET', url: download })
  const sent = await uploadSample(asker, download.replace('/tai-ve', '/gui'), {
    name: '<b>biểu.xlsx',
    bytes: rawPayload,
  })
  return [list, sent]
}

const changedContract = () => readFile(join(projectRoot, 'packs/khanh-hoa/contracts/citizen-reports.yaml'), 'utf8')

/**
 * The samples, and a bit of everything that the other rooms hold. @returns addresses of pages that few links lead to: a crawl that looks
 * at one page a route passes them by
 */
export async function fillEverything(ctx: Context): Promise<string[]> {
  await fillSamples(ctx)
  const duties = capabilities.find(({ name }) => name === 'duties')
  await duties?.seed?.(ctx, { demo: true, full: false, progress: () => {} })
  const [movement] = await ctx.sql<{ path: string }[]>`
    select p.code || '/bien-dong/' || m.id as path from portfolio.movement m join portfolio.project p on p.id = m.project
    where m.reverses is null and not exists (select from portfolio.movement r where r.reverses = m.id) and p.code like 'CDS%'
    order by m.id limit 1`
  const [obstacle] = await ctx.sql<{ path: string }[]>`
    select p.code || '/vuong-mac/' || o.id as path from portfolio.obstacle o join portfolio.project p on p.id = o.project
    where o.resolved_on is null order by o.id limit 1`
  const projects = [movement, obstacle].flatMap((one) => (one ? [`/danh-muc-du-an/${one.path}`] : []))
  await changeCalendarDays(ctx, 'khanh-hoa', {
    set: [{ date: '2026-12-30', kind: 'closure', name: `Nghỉ ${markup}`, citation: `Công điện ${markup}` }],
    remove: [],
    citation: `Công điện ${markup}`,
  })
  const numbers = await inspect(ctx)
  return [
    ...(await makeWatch(ctx)),
    ...projects,
    ...numbers,
    // Linked only where units have changed after the period that is shown.
    '/chi-tieu/dossier.on-time/tinh-lai.csv',
    '/chi-tieu/dossier.on-time/tinh-lai.xlsx',
    await publishSample(ctx),
    ...(await makeCitizens(ctx)),
    ...(await askForSignatures(ctx)),
    `/quan-tri/tep/danh-muc/${await drawDisposal(ctx, '2090-01-01')}`,
  ]
}

/** The same work as somebody else, also within its transactions. */
const actAs = (ctx: Context, actor: Context['actor']): Context => ({
  ...ctx,
  actor,
  can: () => true,
  require: () => {},
  transaction: (work) => ctx.transaction((inner) => work(actAs(inner, actor))),
})

/** Documents that wait for signatures, one of them being signed, and a certificate whose texts are hostile. */
async function askForSignatures(ctx: Context): Promise<string[]> {
  const ask = async (text: string) =>
    requestSignature(ctx, {
      title: `Công văn ${text} ${markup}`,
      pdf: { bytes: await makePdf(text), name: `${markup}.pdf` },
      organisation: communeA.organisation,
      signers: [
        { kind: 'person', account: 'lanhdao', organisation: 'H32', block: [markup] },
        { kind: 'seal', organisation: 'H32.VP' },
      ],
    })
  const [first, second] = [await ask('a'), await ask('b')]
  const leader = actAs(ctx, { ...ctx.actor, account: 'lanhdao' })
  const session = await openSession(leader, { means: 'helper', codes: [second] })
  const line = `0a1b,"${markup.replaceAll('"', '""')}","${markup.replaceAll('"', '""')}",ca-nhan,${communeA.organisation},,token,2026-01-01,2027-01-01`
  await importCertificates(ctx, Buffer.from(`${Object.values(columns).join(',')}\n${line}\n`))
  const [certificate] = await ctx.sql<{ id: number }[]>`select id from signing.certificate where serial = 'a1b'`
  return [`/ky-so/${first}`, `/ky-so/phien/${session}`, `/quan-tri/chung-thu-so/${certificate?.id}`]
}

/** A look-up that its person does not agree with, and a sign-in that may be somebody known. */
async function makeCitizens(ctx: Context): Promise<string[]> {
  const clerk = actAs(ctx, makeActor('motcua-tinh', { 'person:look-up': 'all' }, 'H32.VP.PVHCC'))
  await lookUpPerson(clerk, { number: '999179000033', purpose: 'xac-minh', reference: '12/UBND-VP' })
  const person = await resolvePerson(ctx, {
    issuer: 'https://vneid.vidu.invalid',
    subject: 'mau-1',
    name: 'Lê Thị Ví Dụ',
    birthDate: '1979-02-28',
  })
  const [look] = await ctx.sql<{ id: string; person: string }[]>`
    select id, person from identity.person_look where person is not null order by at desc limit 1`
  if (!look) throw new Error('nobody was looked up')
  const owner = {
    account: person.account,
    name: 'Lê Thị Ví Dụ',
    organisation: undefined,
    roles: [],
    permissions: new Map(),
  }
  const own = actAs(ctx, { ...owner, citizen: { person: look.person } })
  await object(own, look.id, `Tôi không nộp hồ sơ ${markup}`)
  return [`/cong-dan/ai-da-xem/${look.id}`]
}

/** Somebody inspects commune A by a decision that is hostile in every text. @returns the pages of a number he may reopen */
async function inspect(ctx: Context): Promise<string[]> {
  const today = new Date(ctx.now.getTime() + 7 * 3600_000).toISOString().slice(0, 10)
  const asked = {
    account: 'thanhtra',
    decisionNumber: `12/QĐ ${markup}`,
    decidedOn: today,
    issuedBy: `Thanh tra ${markup}`,
    about: `Nội dung ${markup}`,
    periodFrom: '2020-01-01',
    periodTo: '2030-12-31',
    validFrom: today,
    validTo: new Date(ctx.now.getTime() + 30 * 24 * 3600_000).toISOString().slice(0, 10),
    organisations: [communeA.organisation],
    subjects: [],
  }
  const as = (account: string) => actAs(ctx, { ...ctx.actor, account })
  const id = await askInspection(as('quantri'), asked)
  await decideInspection(as('lanhdao'), id, 'approved')
  await askInspection(as('quantri'), asked)
  const [fact] = await ctx.sql<{ id: number; indicator: string }[]>`
    select id, indicator from indicators.fact
    where organisation = ${communeA.organisation} and superseded_at is null and record_count > 0
    order by id limit 1`
  return [`/thanh-tra/so-lieu/${fact?.id}`, `/thanh-tra/chi-tieu/${fact?.indicator}`]
}

/** A document that anyone opens by its code. */
async function publishSample(ctx: Context): Promise<string> {
  const file = await keepBytes(ctx, await makePaper(), '<b>van-ban.pdf', 'letter')
  return publicPath(await publishDocument(ctx, file, { title: `Quyết định ${markup}`, organisation: 'H32' }))
}

/** Takes the samples in, as imports do, and computes the numbers. */
export async function fillSamples(ctx: Context): Promise<void> {
  const all = [...reports(communeA), ...reports(communeB)]
  const first = all.map((sample) => lineOf(sample, '2026-11-10T09:00:00+07:00'))
  const corrected = all
    .filter((_, index) => index % 4 === 0)
    .map((sample) => lineOf({ ...sample, category: `${sample.category} (sửa)` }, '2026-11-11T09:00:00+07:00'))
  const dossiers = [communeA, communeB].flatMap((commune) => [1, 2, 3, 4].map((index) => dossierLine(index, commune)))
  await take(ctx, 'citizen-reports', `phản ánh "${markup}\r\n.jsonl`, first.join('\n'))
  await take(ctx, 'citizen-reports', '=1+1.jsonl', corrected.join('\n'))
  await take(ctx, 'one-stop-dossiers', '../../ho-so.csv', [dossierColumns, ...dossiers].join('\n'))
  await processTouches(ctx)
  await seedDirectives(ctx, { demo: true, full: false, progress: () => {} })
  // Rooms whose demonstration is small and needs nobody's records make it here as well.
  for (const card of capabilities)
    if (quickRooms.has(card.name)) await card.seed?.(ctx, { demo: true, full: false, progress: () => {} })
  await tell(ctx)
}

/** An alert and an application of each commune, a silence, a file in the log of an incident, the briefs of the day: hostile where a text is free. */
async function makeWatch(ctx: Context): Promise<string[]> {
  for (const [commune, mark] of [
    [communeA, ''],
    [communeB, ` ${markOfB}`],
  ] as const)
    await raiseAlert(ctx, {
      ...commune,
      source: 'thu',
      fingerprint: commune.organisation,
      headline: `Cảnh báo ${markup}${mark}`,
      severity: 'critical',
      labels: { noi: `=1+1${mark}` },
      annotations: { description: `${markup}${mark}` },
      at: ctx.now,
    })
  for (const [commune, mark] of [
    [communeA, ''],
    [communeB, ` ${markOfB}`],
  ] as const)
    await registerClient(
      ctx,
      NewClient.parse({
        kind: 'confidential',
        id: `ung-dung-${commune.area}`,
        name: `Ứng dụng ${markup}${mark}`,
        organisation: commune.organisation,
        redirectUris: `https://app.vidu.invalid/${commune.area}?a='"&b=1`,
        personScopes: ['profile'],
      }),
    )
  const silence = await putSilence(
    ctx,
    {
      matchers: [{ name: 'noi', value: markup, isRegex: false, isEqual: true }],
      startsAt: ctx.now,
      endsAt: new Date(ctx.now.getTime() + 3600_000),
      reason: `Bảo trì ${markup}`,
    },
    'alert:handle',
  )
  const [incident] = await listOpenIncidents(ctx)
  if (!incident) throw new Error('there is no incident under way')
  const file = await keepBytes(ctx, Buffer.from(`Biên bản ${markup}`), '<b>biên bản.txt', 'evidence')
  await writeLog(ctx, incident.code, { kind: 'note', text: `Đã ghi ${markup}`, file, formKey: 'mau-thu' })
  // None is made at night, and this may be one by the wall clock.
  const briefs = await makeDueBriefs({ ...ctx, now: new Date(`${ctx.now.toISOString().slice(0, 10)}T03:00:00Z`) })
  return [
    `/canh-bao/tam-im/${silence}`,
    `/tinh-huong/${incident.code}/tep/${file.sha256}`,
    ...briefs.flatMap((code) => [
      `/tom-tat/${code}`,
      `/tom-tat/${code}/pdf`,
      `/tom-tat/${code}/xlsx`,
      `/tom-tat/${code}/docx`,
    ]),
  ]
}

/** A message, hostile in every value, to who looks at every page. */
async function tell(ctx: Context): Promise<void> {
  const account = String(everybody.account)
  await ctx.sql`
    insert into identity.account (name, person_name, organisation, search_key, machine, demo, password_given, created_at)
    values (${account}, 'Người xem hết (minh họa)', ${communeA.organisation}, ${account}, false, true, false, ${ctx.now})`
  await notify(ctx, {
    notice: 'notification.tried',
    to: [{ account }, { account: 'quantri' }],
    values: { sender: `${markup}\r\nBcc: x@vidu.invalid`, place: '=HYPERLINK("http://x.invalid")' },
    url: '/thong-bao',
  })
}

const quickRooms = new Set(['incidents'])

async function take(ctx: Context, source: string, fileName: string, text: string): Promise<void> {
  const bytes = [Buffer.from(`${text}\n`)]
  const { fault, received, quarantined } = await importBytes(ctx, {
    source,
    contractVersion: 1,
    channel: 'upload',
    fileName,
    bytes: toStream(bytes),
  })
  if (fault || received === 0 || quarantined > received / 2)
    throw new Error(`the samples were refused: ${JSON.stringify(fault)}`)
}

async function* toStream(parts: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* parts
}
