import { z } from 'zod'
import { tableInPieces, takeUpload } from '#files'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  DecisionBar,
  DescriptionList,
  ErrorSummary,
  FileInput,
  Form,
  formatBytes,
  formatNumber,
  Notice,
  Section,
  Table,
  Tag,
} from '#ui'
import { deleteDraft, getDraft, keepUpload, openDraft, sniffDraft } from '../drafts/draft.ts'
import { takeInDraft } from '../drafts/take-in.ts'
import { tryImport } from '../drafts/trial.ts'
import { managePulls } from '../inlets/pull.ts'
import type { Contract } from '../model.ts'
import type { Sniffed } from '../readers/sniff.ts'
import { getReadableSource } from '../reading/scope.ts'
import { SourceTabs } from './parts.tsx'
import { describeSniffed, fileFaultWords, TrialOutcome } from './trial-parts.tsx'
import { landingPath, listPath, sourcePath, uploadPath } from './words.ts'

const Params = z.strictObject({ code: z.string().max(64) })
const DraftParams = z.strictObject({ code: z.string().max(64), draft: z.uuid() })

const endings: Record<Contract['format']['type'], string> = {
  csv: '.csv,.txt,.tsv,.gz',
  xlsx: '.xlsx',
  json: '.json,.gz',
  jsonl: '.jsonl,.ndjson,.json,.gz',
  xes: '.xes,.xml,.gz',
}

export const uploadRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${listPath}/:code/tai-len`,
    access: 'record:import',
    params: Params,
    handle: async (ctx, { params }) => uploadPage(ctx, params.code, undefined),
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code/tai-len`,
    access: 'record:import',
    params: Params,
    takes: 'upload',
    maxBytes: 100 * 1024 ** 3,
    async handle(ctx, { params, upload }) {
      const { source } = await getReadableSource(ctx, params.code)
      ctx.require('record:import', source.organisation)
      const form = await upload()
      try {
        const file = await takeUpload(ctx, form, 'table')
        if (!file) return uploadPage(ctx, params.code, 'Chưa chọn tệp. Hãy chọn một tệp rồi bấm “Xem trước”.')
        const draft = await keepUpload(ctx, { fileName: file.fileName, bytes: file.bytes, source: params.code })
        await file.taken?.(ctx)
        return redirect(`${uploadPath(params.code)}/${draft.id}`)
      } catch (error) {
        return uploadPage(ctx, params.code, fileFaultWords(error))
      }
    },
  }),
  route({
    method: 'GET',
    path: `${listPath}/:code/tai-len/:draft`,
    access: 'record:import',
    params: DraftParams,
    handle: (ctx, { params }) => preview(ctx, params.code, params.draft),
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code/tai-len/:draft`,
    access: 'record:import',
    params: DraftParams,
    body: z.object({ viec: z.enum(['nhap', 'bo']) }),
    async handle(ctx, { params, body }) {
      const draft = await getDraft(ctx, params.draft)
      if (body.viec === 'bo') {
        await deleteDraft(ctx.sql, draft.id)
        return redirect(uploadPath(params.code))
      }
      await getReadableSource(ctx, params.code)
      const landing = await takeInDraft(ctx, draft, params.code)
      return redirect(landingPath(params.code, landing.id))
    },
  }),
]

async function uploadPage(ctx: Context, code: string, fault: string | undefined): Promise<Reply> {
  const { source, contract } = await getReadableSource(ctx, code)
  ctx.require('record:import', source.organisation)
  const { format, columns } = contract.body
  const required = columns.filter(({ mustExist }) => mustExist)
  return page({
    title: `Tải tệp lên: ${contract.body.name}`,
    status: fault ? 422 : 200,
    crumbs: [
      { label: 'Nguồn dữ liệu', href: listPath },
      { label: contract.body.name, href: sourcePath(code) },
    ],
    lead: 'Xem trước điều sẽ xảy ra, rồi mới nhập.',
    islands: ['upload'],
    body: (
      <div class="stack-large">
        <SourceTabs
          code={code}
          current={uploadPath(code)}
          canImport
          canFetch={ctx.can(managePulls, source.organisation)}
        />
        <ErrorSummary errors={fault ? [{ field: 'tep', message: fault }] : []} title="Chưa nhận được tệp" />
        {source.pausedAt && (
          <Notice tone="warning" title="Nguồn đang tạm dừng">
            Bấm “Nhận lại” ở trang nguồn trước khi tải tệp.
          </Notice>
        )}
        <Form action={uploadPath(code)} files label="Tải tệp lên">
          <FileInput
            name="tep"
            label="Tệp"
            hint={`Theo hợp đồng bản ${contract.version}: ${format.type.toUpperCase()}, có thể nén .gz; lớn nhất ${formatBytes(ctx.config.maxFileBytes)}.`}
            accept={endings[format.type]}
            inPieces={tableInPieces(ctx.config)}
            error={fault}
          />
          <Button kind="primary" icon="upload">
            Xem trước
          </Button>
        </Form>
        {required.length > 0 && (
          <Section title="Tệp phải có các cột">
            <p>{required.map(({ name }) => name).join(', ')}</p>
          </Section>
        )}
      </div>
    ),
  })
}

async function preview(ctx: Context, code: string, id: string): Promise<Reply> {
  const { source, contract } = await getReadableSource(ctx, code)
  ctx.require('record:import', source.organisation)
  const draft = await getDraft(ctx, id)
  let body: { sniffed: Sniffed; trial: Awaited<ReturnType<typeof tryImport>> } | undefined
  let fault: string | undefined
  try {
    const { header, skipLines, sheet } = contract.body.format
    const sniffed = await sniffDraft(ctx, id, { named: header, above: skipLines, sheet })
    const trial = await tryImport(ctx, {
      contract: { ...contract.body, version: contract.version },
      fileName: draft.fileName,
      bytes: openDraft(ctx.sql, id),
    })
    body = { sniffed, trial }
  } catch (error) {
    fault = fileFaultWords(error)
  }
  return page({
    title: `Xem trước: ${draft.fileName}`,
    crumbs: [
      { label: 'Nguồn dữ liệu', href: listPath },
      { label: contract.body.name, href: sourcePath(code) },
      { label: 'Tải tệp lên', href: uploadPath(code) },
    ],
    lead: `${formatBytes(draft.byteCount)} · chưa nhập`,
    body: (
      <div class="stack-large">
        {fault && (
          <Notice tone="danger" title="Tệp này không nhập được">
            {fault}
          </Notice>
        )}
        {body && (
          <>
            <DescriptionList items={[{ term: 'Cách viết tệp', value: describeSniffed(body.sniffed) }]} />
            <TrialOutcome trial={body.trial} contract={contract.body} />
            <Matches sniffed={body.sniffed} contract={contract.body} />
          </>
        )}
        <Decide code={code} draft={id} canImport={body !== undefined} />
      </div>
    ),
  })
}

function Matches({ sniffed, contract }: { sniffed: Sniffed; contract: Contract }) {
  const here = new Set(sniffed.columns.map(({ name }) => name))
  const known = new Set(contract.columns.map(({ name }) => name))
  const rows = [
    ...contract.columns.map(({ name, label, mustExist }) => ({
      name,
      label,
      state: here.has(name) ? 'khớp' : mustExist ? 'thiếu' : 'vắng, được phép',
    })),
    ...sniffed.columns
      .filter(({ name }) => !known.has(name))
      .map(({ name }) => ({ name, label: undefined, state: contract.otherColumns === 'refuse' ? 'lạ' : 'không dùng' })),
  ]
  const samples = new Map(sniffed.columns.map(({ name, samples }) => [name, samples[0]]))
  const matched = contract.columns.filter(({ name }) => here.has(name)).length
  return (
    <Section
      title={`Cột: ${formatNumber(matched)} trong ${formatNumber(contract.columns.length)} cột của hợp đồng có trong tệp`}
    >
      <Table
        caption="Cột của tệp so với hợp đồng"
        hideCaption
        rows={rows}
        rowKey={({ name }) => name}
        columns={[
          { key: 'name', title: 'Cột', cell: ({ name }) => <span class="code">{name}</span> },
          { key: 'label', title: 'Nghĩa', cell: ({ label }) => label },
          {
            key: 'state',
            title: 'So với hợp đồng',
            phone: true,
            cell: ({ state }) =>
              state === 'thiếu' || state === 'lạ' ? <Tag tone="danger">{state}</Tag> : <span>{state}</span>,
          },
          {
            key: 'sample',
            title: 'Ví dụ',
            phone: true,
            cell: ({ name }) => (contract.personal.includes(name) ? 'đã che' : samples.get(name)),
          },
        ]}
      />
    </Section>
  )
}

function Decide({ code, draft, canImport }: { code: string; draft: string; canImport: boolean }) {
  const drop = {
    action: (
      <Button name="viec" value="bo">
        Bỏ tệp này
      </Button>
    ),
    consequence: 'Không nhập gì; chọn tệp khác.',
  }
  const take = {
    action: (
      <Button kind="primary" name="viec" value="nhap">
        Nhập tệp
      </Button>
    ),
    consequence: 'Ghi vào kho, tính lại các con số; tệp gốc được giữ nguyên.',
  }
  return (
    <Form action={`${uploadPath(code)}/${draft}`} class="stack" label="Quyết định">
      <DecisionBar label="Nhập tệp" primary={canImport ? take : drop} others={canImport ? [drop] : []} />
    </Form>
  )
}
