import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, Select, TextInput } from '#ui'
import { createOrganisation, managePermission } from '../actions.ts'
import { NewOrganisation, organisationKinds } from '../model.ts'
import { organisationTree, today } from '../tree/read.ts'
import { DeedFields, tryTo } from './change.tsx'
import { readCode, readDeed, readName, textOf, type Values } from './forms.ts'
import { kindWords, listPath, pathOf } from './words.ts'

const Body = z.record(z.string().max(60), z.union([z.string().max(1000), z.array(z.string().max(100)).max(200)]))
const path = `${listPath}/tao-moi`

export const createRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: managePermission,
    handle: (ctx) => sheet(ctx, {}, []),
  }),
  route({
    method: 'POST',
    path,
    access: managePermission,
    body: Body,
    async handle(ctx, { body }) {
      const errors: FormError[] = []
      const organisation = readNew(body, errors)
      const deed = readDeed(body, errors)
      if (organisation && errors.length === 0) {
        const fault = await tryTo(() => createOrganisation(ctx, { ...deed, organisation }))
        if (!fault) return redirect(pathOf(organisation.code))
        errors.push(fault)
      }
      return sheet(ctx, body, errors)
    },
  }),
]

function readNew(values: Values, errors: FormError[]): NewOrganisation | undefined {
  const parsed = NewOrganisation.safeParse({
    code: readCode(values, errors, 'ma'),
    name: readName(values, errors),
    shortName: textOf(values, 'ten-ngan') || undefined,
    kind: textOf(values, 'loai'),
    parent: textOf(values, 'cap-tren') || undefined,
    area: textOf(values, 'dia-ban') || undefined,
  })
  if (parsed.success) return parsed.data
  const fields: Record<string, string> = { kind: 'loai', parent: 'cap-tren', area: 'dia-ban' }
  const messages: Record<string, string> = {
    loai: 'Chọn loại đơn vị.',
    'cap-tren': 'Chọn cấp trên trong danh sách.',
    'dia-ban': 'Mã địa bàn gồm chữ và chữ số, ví dụ 22366.',
  }
  for (const issue of parsed.error.issues) {
    const field = fields[String(issue.path[0])]
    if (field) errors.push({ field, message: messages[field] ?? issue.message })
  }
}

async function sheet(ctx: Context, values: Values, errors: FormError[]): Promise<Reply> {
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const text = (name: string, label: string, optional = false) => (
    <TextInput
      name={name}
      label={label}
      value={textOf(values, name)}
      error={errorOf(name)}
      optional={optional}
      maxLength={300}
    />
  )
  return page({
    title: 'Thêm đơn vị',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Đơn vị', href: listPath }],
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Form action={path} label="Thêm đơn vị">
          {text('ma', 'Mã đơn vị')}
          {text('ten', 'Tên đơn vị')}
          {text('ten-ngan', 'Tên ngắn', true)}
          <Select
            name="loai"
            label="Loại"
            empty="Chọn loại"
            value={textOf(values, 'loai')}
            error={errorOf('loai')}
            options={organisationKinds.map((kind) => ({ value: kind, label: kindWords[kind] }))}
          />
          <Select
            name="cap-tren"
            label="Cấp trên"
            empty="Không có"
            value={textOf(values, 'cap-tren')}
            error={errorOf('cap-tren')}
            optional
            options={tree.nodes.map(({ row }) => ({ value: row.code, label: `${row.name} (${row.code})` }))}
          />
          {text('dia-ban', 'Mã địa bàn', true)}
          <DeedFields values={values} errors={errors} />
          <div class="row">
            <Button kind="primary">Thêm đơn vị</Button>
            <Button href={listPath}>Không thêm</Button>
          </div>
        </Form>
      </div>
    ),
  })
}
