import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, DecisionBar, Form, Notice } from '#ui'
import { keepContract, readContract } from '../contracts.ts'
import { type Answers, contractFrom } from '../drafts/answers.ts'
import { type Draft, openDraft } from '../drafts/draft.ts'
import { takeInDraft } from '../drafts/take-in.ts'
import { tryImport } from '../drafts/trial.ts'
import { knowledgeOf } from '../knowledge.ts'
import type { Contract, ContractFault } from '../model.ts'
import { findSource } from '../store.ts'
import { Columns, Mapping } from './contract.tsx'
import { DraftParams, draftPath, getAnswers, steps } from './draft-start.tsx'
import { fileFaultWords, TrialOutcome } from './trial-parts.tsx'
import { listPath, newSourcePath, numbersPath } from './words.ts'

export const draftTrialRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${newSourcePath}/:draft/thu`,
    access: 'source:manage',
    params: DraftParams,
    async handle(ctx, { params }) {
      const { draft, answers } = await getAnswers(ctx, params.draft)
      return trialPage(ctx, draft, answers)
    },
  }),
  route({
    method: 'POST',
    path: `${newSourcePath}/:draft/thu`,
    access: 'source:manage',
    params: DraftParams,
    async handle(ctx, { params }) {
      const { draft, answers } = await getAnswers(ctx, params.draft)
      const read = await readAnswers(ctx, answers)
      if ('faults' in read || (await findSource(ctx.sql, answers.code))) return trialPage(ctx, draft, answers)
      ctx.require('source:manage', read.contract.organisation)
      await keepContract(ctx, { contract: read.contract, pack: await packOf(ctx) }, { by: ctx.actor.account ?? '' })
      await takeInDraft(ctx, draft, read.contract.code)
      return redirect(`${numbersPath(read.contract.code)}/tao-moi`)
    },
  }),
]

/** A source made here belongs with the pack at home: numbers over all its sources count it too. */
async function packOf(ctx: Context): Promise<string> {
  return (await getHomePack(ctx.sql)).card.code
}

/** The contract that the answers make; who answers for it and on what ground must have been said by a person. */
async function readAnswers(
  ctx: Context,
  answers: Answers,
): Promise<{ contract: Contract } | { faults: ContractFault[] }> {
  const unsaid = [
    ...(answers.custodian ? [] : [{ path: 'custodian', message: 'chưa có đầu mối chịu trách nhiệm' }]),
    ...(answers.basisTitle ? [] : [{ path: 'basis.title', message: 'chưa có căn cứ' }]),
  ]
  const read = readContract(contractFrom(answers), await knowledgeOf(ctx))
  if ('faults' in read) return { faults: [...unsaid, ...read.faults] }
  return unsaid.length > 0 ? { faults: unsaid } : read
}

/** Which step mends a fault of the contract. */
function stepOf({ path }: ContractFault): string {
  if (/^(columns|key|versionBy|personal)/.test(path)) return 'cot'
  return /^(map|checks|lists|unpivot)/.test(path) ? 'anh-xa' : 'thong-tin'
}

async function trialPage(ctx: Context, draft: Draft, answers: Answers): Promise<Reply> {
  const read = await readAnswers(ctx, answers)
  const faults = 'faults' in read ? read.faults : []
  const taken = (await findSource(ctx.sql, answers.code)) !== undefined
  const contract = 'contract' in read ? read.contract : undefined
  const { trial, fault } = contract && !taken ? await tryOn(ctx, draft, contract) : {}
  return page({
    title: 'Thử trên tệp',
    crumbs: [
      { label: 'Nguồn dữ liệu', href: listPath },
      { label: answers.name || 'Nguồn mới', href: draftPath(draft.id) },
    ],
    lead: `Chưa lưu gì: đây là điều sẽ xảy ra khi nhập ${draft.fileName}.`,
    body: (
      <div class="stack-large">
        {(faults.length > 0 || taken) && (
          <Missing draft={draft} faults={faults} takenCode={taken ? answers.code : undefined} />
        )}
        {fault && (
          <Notice tone="danger" title="Tệp này không đọc được theo các câu trả lời">
            {fault}
          </Notice>
        )}
        {contract && trial && <TrialOutcome trial={trial} contract={contract} />}
        {contract && (
          <>
            <Mapping contract={contract} />
            <Columns contract={contract} />
          </>
        )}
        {trial && <Decide draft={draft} />}
      </div>
    ),
  })
}

async function tryOn(ctx: Context, draft: Draft, contract: Contract) {
  try {
    const bytes = openDraft(ctx.sql, draft.id)
    return { trial: await tryImport(ctx, { contract, fileName: draft.fileName, bytes }) }
  } catch (error) {
    return { fault: fileFaultWords(error) }
  }
}

interface MissingProps {
  draft: Draft
  faults: readonly ContractFault[]
  takenCode: string | undefined
}

function Missing({ draft, faults, takenCode }: MissingProps) {
  const wanting = steps.filter(
    ({ key }) => faults.some((fault) => stepOf(fault) === key) || (takenCode && key === 'thong-tin'),
  )
  return (
    <Notice tone="warning" title="Chưa đủ để thử">
      <ul>
        {wanting.map(({ key, title }) => (
          <li key={key}>
            <a href={draftPath(draft.id, key)}>{title}</a>
            {': '}
            {key === 'thong-tin' && takenCode
              ? `đã có nguồn mang mã “${takenCode}”`
              : faults
                  .filter((fault) => stepOf(fault) === key)
                  .map(({ message }) => message)
                  .slice(0, 3)
                  .join('; ')}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function Decide({ draft }: { draft: Draft }) {
  return (
    <Form action={draftPath(draft.id, 'thu')} class="stack" label="Lưu và nhập">
      <DecisionBar
        label="Lưu và nhập"
        primary={{
          action: <Button kind="primary">Lưu hợp đồng và nhập tệp</Button>,
          consequence: 'Nguồn có hiệu lực ngay; cả tệp được ghi vào kho.',
        }}
        others={[
          { action: <Button href={draftPath(draft.id)}>Sửa các bước</Button>, consequence: 'Câu trả lời đã được lưu.' },
        ]}
      />
    </Form>
  )
}
