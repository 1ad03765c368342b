/** What the forms of a project share: who may open them, how faults come back beside what was typed. */
import { randomUUID } from 'node:crypto'
import type { ComponentChildren } from 'preact'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { conflict, Problem } from '#platform/errors'
import { page, type Reply } from '#platform/http'
import { Button, type DateValue, ErrorSummary, Form, type FormError, partsOf, readDateInput } from '#ui'
import { writePermission } from '../actions.ts'
import type { Project } from '../store.ts'
import { getReached } from './project.tsx'
import { listPath, projectPath } from './words.ts'

export const Body = z.record(z.string().max(40), z.union([z.string().max(4000), z.array(z.string().max(4000))]))
export type Typed = Record<string, string>

export const flat = (body: z.infer<typeof Body>): Typed =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, (Array.isArray(value) ? (value[0] ?? '') : value).trim()]),
  )

/** @throws Problem 404 where it is not to be seen, 403 where another agency writes it, 409 where a source of data does. */
export async function getWritable(ctx: Context, code: string): Promise<Project> {
  const project = await getReached(ctx, code)
  ctx.require(writePermission, project.organisation)
  if (project.source !== 'own')
    throw conflict('project.fed', 'Dự án này đến từ một nguồn dữ liệu. Hãy sửa ở nguồn rồi gửi lại.')
  return project
}

/** The faults of the fields; what is no fault of the form goes on its way. */
export async function attempt(work: () => Promise<void>): Promise<FormError[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 422 || error.fields.length === 0) throw error
    return error.fields.map(({ path, message }) => ({ field: path, message }))
  }
}

export const dateTyped = (typed: Typed, name: string): DateValue => ({
  day: typed[`${name}-day`],
  month: typed[`${name}-month`],
  year: typed[`${name}-year`],
})

/** Fills the boxes of a date. */
export function typeDate(name: string, iso: string | null | undefined): Typed {
  const [year = '', month = '', day = ''] = iso?.split('-') ?? []
  return iso ? { [`${name}-day`]: day, [`${name}-month`]: month, [`${name}-year`]: year } : {}
}

export const typeToday = (name: string, now: Date): Typed => {
  const { year, month, day } = partsOf(now)
  return typeDate(name, `${year}-${month}-${day}`)
}

/** A date that must be there. */
export function readDay(typed: Typed, name: string, errors: FormError[], what: string): string {
  const day = readDateInput(typed, name)
  if (day !== undefined && day !== 'invalid') return day
  errors.push({ field: name, message: `${what} phải có đủ ngày, tháng, năm, ví dụ 25/11/2026.` })
  return ''
}

/** A date that may be left out. */
export function readOptionalDay(typed: Typed, name: string, errors: FormError[], what: string): string | null {
  const day = readDateInput(typed, name)
  if (day !== 'invalid') return day ?? null
  errors.push({ field: name, message: `${what} phải có đủ ngày, tháng, năm, hoặc để trống cả ba ô.` })
  return null
}

export function readWords(typed: Typed, name: string, errors: FormError[], message: string): string {
  const words = typed[name] ?? ''
  if (words.length < 3) errors.push({ field: name, message })
  return words
}

interface FormPage {
  project: Project
  title: string
  lead: string
  /** Behind the project's own path. */
  action: string
  submit: string
  consequence: string
  errors: readonly FormError[]
  fields: ComponentChildren
  typed: Typed
}

export function formPage({
  project,
  title,
  lead,
  action,
  submit,
  consequence,
  errors,
  fields,
  typed,
}: FormPage): Reply {
  const path = projectPath(project.code)
  return page({
    title,
    lead,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Danh mục dự án', href: listPath },
      { label: project.name, href: path },
    ],
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Form action={`${path}${action}`} label={title}>
          <input type="hidden" name="request" value={typed.request ?? randomUUID()} />
          {fields}
          <p class="muted small">{consequence}</p>
          <div class="row">
            <Button kind="primary">{submit}</Button>
            <Button href={path}>Không ghi, quay lại</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

export const Request = z.uuid().optional().catch(undefined)
