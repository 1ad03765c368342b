import type { Sql } from '#platform/sql'
import type { FormDefinition } from './definition.ts'
import type { CellFault } from './layout.ts'

export async function saveForm(sql: Sql, pack: string, form: FormDefinition): Promise<void> {
  await sql`
    insert into indicators.form (code, pack, version, body)
    values (${form.code}, ${pack}, ${form.version}, ${sql.json(form)})
    on conflict (code) do update set pack = excluded.pack, version = excluded.version, body = excluded.body`
}

export async function listForms(sql: Sql): Promise<FormDefinition[]> {
  const rows = await sql<{ body: FormDefinition }[]>`select body from indicators.form order by body ->> 'number', code`
  return rows.map(({ body }) => body)
}

export async function findForm(sql: Sql, code: string): Promise<FormDefinition | undefined> {
  const [row] = await sql<{ body: FormDefinition }[]>`select body from indicators.form where code = ${code}`
  return row?.body
}

export interface FormUpload {
  id: number
  form: string
  organisation: string
  period: string
  fileName: string
  uploadedBy: string
  uploadedAt: Date
  state: 'accepted' | 'faulty'
  faults: CellFault[]
  hasMarked: boolean
  entries: number[]
}

const columns = (sql: Sql) => sql`
  id, form, organisation, period, file_name, uploaded_by, uploaded_at, state, faults, marked is not null as has_marked, entries`

export interface NewUpload {
  form: string
  formVersion: number
  organisation: string
  period: string
  fileName: string
  bytes: Buffer
  sha256: Buffer
  uploadedBy: string
  uploadedAt: Date
  state: FormUpload['state']
  faults: readonly CellFault[]
  marked: Buffer | null
  entries: readonly number[]
}

export async function insertUpload(sql: Sql, upload: NewUpload): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into indicators.form_upload (form, form_version, organisation, period, file_name, bytes, sha256, uploaded_by,
      uploaded_at, state, faults, marked, entries)
    values (${upload.form}, ${upload.formVersion}, ${upload.organisation}, ${upload.period}, ${upload.fileName}, ${upload.bytes},
      ${upload.sha256}, ${upload.uploadedBy}, ${upload.uploadedAt}, ${upload.state}, ${sql.json(upload.faults as never)},
      ${upload.marked}, ${upload.entries.map(String)}::bigint[])
    returning id`
  if (!row) throw new Error('an upload was not written')
  return row.id
}

export async function findUpload(sql: Sql, id: number): Promise<FormUpload | undefined> {
  const [row] = await sql<FormUpload[]>`select ${columns(sql)} from indicators.form_upload where id = ${id}`
  return row
}

/** The latest upload of each form for one organisation and period. */
export function listLatestUploads(sql: Sql, organisation: string): Promise<FormUpload[]> {
  return sql<FormUpload[]>`
    select distinct on (form, period) ${columns(sql)} from indicators.form_upload
    where organisation = ${organisation} order by form, period, id desc limit 200`
}

/** The workbook as it came, or the copy with notes. */
export async function findUploadBytes(sql: Sql, id: number, which: 'bytes' | 'marked'): Promise<Buffer | undefined> {
  const [row] = await sql<{ bytes: Buffer | null }[]>`
    select ${sql(which)} as bytes from indicators.form_upload where id = ${id}`
  return row?.bytes ?? undefined
}
