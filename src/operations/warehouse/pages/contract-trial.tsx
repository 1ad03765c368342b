import { z } from 'zod'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, DecisionBar, ErrorSummary, Form, formatNumber, Notice, Section, Table, TextInput } from '#ui'
import { compareContracts } from '../reading/difference.ts'
import { getReadableSource } from '../reading/scope.ts'
import {
  applyContract,
  type ContractDifference,
  type DifferenceExample,
  editPermission,
  tryContract,
} from '../revision.ts'
import { type ContractRow, findContract } from '../store.ts'
import { Differences } from './contract.tsx'
import { contractPath, landingPath, listPath, sourcePath } from './words.ts'

const Params = z.strictObject({ code: z.string().max(64), version: z.coerce.number().int().positive() })
const path = `${listPath}/:code/hop-dong/thu/:version`
const triedRows = 50_000

/** What a draft would change in what is stored, and the word that puts it in force. */
export const contractTrialRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: editPermission,
    params: Params,
    handle: async (ctx, { params }) => trial(ctx, params.code, await getDraft(ctx, params), undefined),
  }),
  route({
    method: 'POST',
    path,
    access: editPermission,
    params: Params,
    body: z.object({ 'ly-do': z.string().max(300).optional() }),
    async handle(ctx, { params, body }) {
      const draft = await getDraft(ctx, params)
      const reason = body['ly-do']?.trim() ?? ''
      if (reason.length < 5) return trial(ctx, params.code, draft, 'Nêu lý do áp dụng, ít nhất vài chữ.')
      await applyContract(ctx, params.code, params.version, reason)
      return redirect(contractPath(params.code))
    },
  }),
]

async function getDraft(ctx: Context, { code, version }: z.infer<typeof Params>): Promise<ContractRow> {
  const row = await findContract(ctx.sql, code, version)
  if (row?.state !== 'draft') throw notFound('contract', `${code} ${version}`)
  ctx.require(editPermission, row.body.organisation)
  return row
}

async function trial(ctx: Context, code: string, draft: ContractRow, fault: string | undefined): Promise<Reply> {
  const { contract: current } = await getReadableSource(ctx, code)
  const difference = await tryContract(ctx, { ...draft.body, version: draft.version }, { maxRows: triedRows })
  return page({
    title: `Thử bản ${draft.version}: ${draft.body.name}`,
    status: fault ? 422 : 200,
    crumbs: [
      { label: 'Nguồn dữ liệu', href: listPath },
      { label: current.body.name, href: sourcePath(code) },
      { label: 'Hợp đồng dữ liệu', href: contractPath(code) },
    ],
    lead: `Đã đọc lại ${formatNumber(difference.rows)} dòng đã lưu bằng cả hai bản${difference.complete ? '' : ' (các tệp mới nhất)'}; chưa có gì thay đổi.`,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={fault ? [{ field: 'ly-do', message: fault }] : []} title="Chưa áp dụng được" />
        <Outcome difference={difference} />
        <Examples code={code} difference={difference} />
        <Differences from={current} to={draft} differences={compareContracts(current.body, draft.body)} />
        <Form action={`${contractPath(code)}/thu/${draft.version}`} class="stack" label="Áp dụng hợp đồng">
          <TextInput name="ly-do" label="Lý do áp dụng" value={draft.reason ?? ''} error={fault} maxLength={300} />
          <DecisionBar
            label="Áp dụng hợp đồng"
            primary={{
              action: <Button kind="primary">{`Áp dụng bản ${draft.version}`}</Button>,
              consequence:
                'Mọi tệp đã lưu được đọc lại theo bản mới; các con số chuyển sang cách đọc mới cùng một lúc.',
            }}
            others={[
              {
                action: <Button href={`${contractPath(code)}/sua`}>Sửa tiếp</Button>,
                consequence: 'Bản dự thảo này được giữ lại.',
              },
            ]}
          />
        </Form>
      </div>
    ),
  })
}

function Outcome({ difference }: { difference: ContractDifference }) {
  const { changed, newlyAccepted, newlyQuarantined, same, refused } = difference
  const parts = [
    changed > 0 && `${formatNumber(changed)} bản ghi đổi giá trị`,
    newlyAccepted > 0 && `${formatNumber(newlyAccepted)} bản ghi đang cách ly sẽ đạt`,
    newlyQuarantined > 0 && `${formatNumber(newlyQuarantined)} bản ghi đang đạt sẽ bị cách ly`,
    refused.length > 0 && `${formatNumber(refused.length)} tệp không đọc được nữa`,
  ].filter(Boolean)
  return (
    <Notice
      tone={newlyQuarantined > 0 || refused.length > 0 ? 'warning' : parts.length > 0 ? 'info' : 'done'}
      title={parts.length > 0 ? `Sẽ khác: ${parts.join('; ')}` : 'Không bản ghi nào khác đi'}
    >
      <p>{formatNumber(same)} bản ghi giữ nguyên.</p>
      {refused.map(({ landing, message }) => (
        <p key={landing}>{`Đợt ${landing}: ${message}`}</p>
      ))}
    </Notice>
  )
}

function Examples({ code, difference }: { code: string; difference: ContractDifference }) {
  if (difference.examples.length === 0) return null
  const show = (texts: readonly string[]) => texts.map((text) => text.replaceAll('\t', ' · ').replaceAll('\\N', '–'))
  const cell = (texts: readonly string[]) => (
    <ul class="plain-list small">
      {show(texts).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  )
  return (
    <Section title="Ví dụ những dòng sẽ khác">
      <Table
        caption="Những dòng đầu tiên sẽ khác"
        hideCaption
        rows={difference.examples}
        rowKey={({ landing, line }: DifferenceExample) => `${landing}-${line}`}
        columns={[
          { key: 'key', title: 'Khóa', cell: ({ key, line }) => key ?? `Dòng ${line}` },
          {
            key: 'where',
            title: 'Ở',
            cell: ({ landing, line }) => (
              <a href={landingPath(code, landing)}>{`đợt ${landing}, dòng ${formatNumber(line)}`}</a>
            ),
          },
          { key: 'before', title: 'Hiện nay', phone: true, cell: ({ before }) => cell(before) },
          { key: 'after', title: 'Theo bản mới', phone: true, cell: ({ after }) => cell(after) },
        ]}
      />
    </Section>
  )
}
