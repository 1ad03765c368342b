import { parse as parseYaml, stringify } from 'yaml'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, More, Section, TextArea, TextInput } from '#ui'
import { contractError, readContractForm } from '../contract-form/read.ts'
import { ContractSheet } from '../contract-form/sheet.tsx'
import { contractForm } from '../contract-form/write.ts'
import { keepContract, readContract } from '../contracts.ts'
import { knowledgeOf } from '../knowledge.ts'
import type { Contract } from '../model.ts'
import { getReadableSource } from '../reading/scope.ts'
import { editPermission } from '../revision.ts'
import type { SourceRow } from '../store.ts'
import { type FormValues, formText } from './form-fields.tsx'
import { contractPath, listPath, sourcePath } from './words.ts'

const Params = z.strictObject({ code: z.string().max(64) })
const Body = z.record(z.string().max(60), z.union([z.string().max(200_000), z.array(z.string())]))

const path = `${listPath}/:code/hop-dong/sua`

/** Editing makes a draft; what it would change is shown before it takes effect (`contract-trial.tsx`). */
export const contractEditRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: editPermission,
    params: Params,
    async handle(ctx, { params }) {
      const { contract } = await getReadableSource(ctx, params.code)
      ctx.require(editPermission, contract.body.organisation)
      return sheet(contract.body, { values: contractForm(contract.body), errors: [] })
    },
  }),
  route({
    method: 'POST',
    path,
    access: editPermission,
    params: Params,
    body: Body,
    maxBytes: 2 * 1024 * 1024,
    async handle(ctx, { params, body }) {
      const { source, contract } = await getReadableSource(ctx, params.code)
      ctx.require(editPermission, contract.body.organisation)
      const work = formText(body, 'viec')
      if (work === 'them') return sheet(contract.body, { values: body, errors: [] })
      return keepDraft(ctx, { source, current: contract.body, values: body, isText: work === 'toan-van' })
    },
  }),
]

interface Kept {
  source: SourceRow
  current: Contract
  values: FormValues
  /** The whole text was sent rather than the form. */
  isText: boolean
}

async function keepDraft(ctx: Context, { source, current, values, isText }: Kept): Promise<Reply> {
  const written = isText ? { raw: readText(values), errors: [] } : readContractForm(values, current)
  const errors: FormError[] = [...written.errors]
  const reason = formText(values, 'ly-do')
  if (reason.length < 5) errors.push({ field: 'ly-do', message: 'Nêu lý do sửa hợp đồng, ít nhất vài chữ.' })
  const read = readContract(written.raw, await knowledgeOf(ctx))
  if ('faults' in read)
    errors.push(
      ...read.faults.map((fault) =>
        isText
          ? { field: 'toan-van', message: fault.path ? `${fault.path}: ${fault.message}` : fault.message }
          : contractError(fault, values, current),
      ),
    )
  else if (read.contract.code !== source.code || read.contract.kind !== source.kind)
    errors.push({ field: 'toan-van', message: 'Mã nguồn và loại dữ liệu không đổi được. Hãy khai nguồn mới.' })
  const told = new Set<string>()
  const shown = isText ? errors : errors.filter(({ field }) => !told.has(field) && told.add(field))
  // Beside the whole text the form shows the contract as it stands: only one of the two was sent.
  const kept = isText ? { ...contractForm(current), 'toan-van': formText(values, 'toan-van'), 'ly-do': reason } : values
  if (shown.length > 0 || 'faults' in read) return sheet(current, { values: kept, errors: shown })
  const made = { by: ctx.actor.account ?? ctx.actor.name, reason }
  const { state, version } = await keepContract(ctx, { contract: read.contract, pack: source.pack }, made)
  return redirect(state === 'draft' ? `${contractPath(source.code)}/thu/${version}` : contractPath(source.code))
}

function readText(values: FormValues): unknown {
  try {
    return parseYaml(formText(values, 'toan-van'))
  } catch (error) {
    // The parser's words name line and column of the fault; the schema then says that this is no contract.
    return error instanceof Error ? error.message : String(error)
  }
}

interface Showing {
  values: FormValues
  errors: FormError[]
}

function sheet(contract: Contract, { values, errors }: Showing): Reply {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const { version: _, ...text } = contract
  return page({
    title: `Sửa hợp đồng: ${contract.name}`,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Nguồn dữ liệu', href: listPath },
      { label: contract.name, href: sourcePath(contract.code) },
      { label: 'Hợp đồng dữ liệu', href: contractPath(contract.code) },
    ],
    lead: 'Lưu thành bản dự thảo, thử trên dữ liệu đã lưu, rồi mới áp dụng.',
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} />
        <Form action={`${contractPath(contract.code)}/sua`} class="stack-large" label="Sửa hợp đồng">
          {/* The Enter key presses the first button of a form: it must not be one that only changes the form. */}
          <button type="submit" class="hidden-visually" name="viec" value="bieu-mau" tabIndex={-1} aria-hidden="true">
            Lưu
          </button>
          <ContractSheet contract={contract} values={values} errorOf={errorOf} />
          <Section title="Lưu">
            <div class="form">
              <TextInput
                name="ly-do"
                label="Lý do sửa"
                hint="Ghi cùng bản hợp đồng."
                value={formText(values, 'ly-do')}
                error={errorOf('ly-do')}
                maxLength={300}
              />
              <div class="row">
                <Button kind="primary" name="viec" value="bieu-mau">
                  Lưu dự thảo và thử
                </Button>
                <Button href={contractPath(contract.code)}>Không sửa</Button>
              </div>
            </div>
          </Section>
          <More title="Sửa toàn văn (cột mới, ánh xạ)" open={errorOf('toan-van') !== undefined}>
            <div class="stack">
              <p class="muted">Gửi toàn văn thì các ô ở trên không được tính.</p>
              <TextArea
                name="toan-van"
                label="Hợp đồng dạng YAML"
                rows={24}
                value={formText(values, 'toan-van') || stringify(text)}
                error={errorOf('toan-van')}
              />
              <Button name="viec" value="toan-van">
                Lưu toàn văn thành dự thảo và thử
              </Button>
            </div>
          </More>
        </Form>
      </div>
    ),
  })
}
