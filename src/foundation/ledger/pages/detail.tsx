import { z } from 'zod'
import type { SayPerson } from '#platform/context'
import { page, route } from '#platform/http'
import { Button, DescriptionList, formatNumber, More, Notice, Section, Tag, Time } from '#ui'
import { readPermission } from '../actions.ts'
import type { Entry, EntryProof } from '../model.ts'
import { proveEntry } from '../proof.ts'
import { getEntry } from '../read.ts'
import { recordOpened } from '../search.ts'
import { Action } from './list.tsx'
import { listPath, sayActor, sayOrganisation, stateWords } from './words.ts'

export const detailRoute = route({
  method: 'GET',
  path: `${listPath}/:id`,
  access: readPermission,
  params: z.strictObject({ id: z.uuid() }),
  async handle(ctx, { params }) {
    const entry = await getEntry(ctx.sql, params.id, ctx.reach(readPermission))
    await recordOpened(ctx, [entry])
    const proof = entry.leafIndex === null ? undefined : await proveEntry(ctx.sql, entry.id)
    return page({
      title: 'Bản ghi nhật ký',
      crumbs: [{ label: 'Nhật ký', href: listPath }],
      body: <DetailPage entry={entry} proof={proof} say={await ctx.sayPeople([entry.actor, entry.onBehalfOf])} />,
    })
  },
})

interface DetailProps {
  entry: Entry
  proof: EntryProof | undefined
  say: SayPerson
}

function DetailPage({ entry, proof, say }: DetailProps) {
  return (
    <div class="stack-large">
      <DescriptionList
        items={[
          { term: 'Thời điểm', value: <Time at={entry.at} exact /> },
          { term: 'Hành động', value: <Action code={entry.action} /> },
          { term: 'Đối tượng', value: <span class="code">{entry.subject}</span> },
          { term: 'Người thực hiện', value: sayActor(say, entry) },
          { term: 'Tài khoản', value: <span class="code">{entry.actor}</span> },
          { term: 'Với tư cách', value: actingAs(entry) },
          { term: 'Đơn vị', value: sayOrganisation(entry.organisation) },
          { term: 'Mục đích', value: entry.purpose },
          { term: 'Trạng thái', value: <State proof={proof} /> },
        ]}
      />
      <Section title="Nội dung">
        <Body entry={entry} />
        {entry.batch && (
          <p>
            Bản ghi này đại diện cho một lô gồm {formatNumber(entry.batch.size)} mục; từng mục chứng minh riêng được.
            Giá trị băm gốc của lô: <span class="code">{entry.batch.root}</span>
          </p>
        )}
      </Section>
      {proof && <Proof proof={proof} />}
    </div>
  )
}

/** The position that is among the facts of the deed, where the actor had one. */
function actingAs({ body }: Entry): string | undefined {
  const position = typeof body === 'object' && body !== null && 'actingAs' in body ? body.actingAs : undefined
  return typeof position === 'string' ? position : undefined
}

function State({ proof }: { proof: EntryProof | undefined }) {
  if (!proof) return <Tag tone="info">{stateWords.waiting}</Tag>
  return proof.checkpoint ? <Tag tone="done">{stateWords.signed}</Tag> : <Tag tone="info">{stateWords.numbered}</Tag>
}

function Body({ entry }: { entry: Entry }) {
  if (entry.body === undefined) {
    return (
      <Notice tone="info" title="Nội dung không còn đọc được">
        Nội dung được mã hóa và khóa mã hóa đã bị hủy. Bản ghi vẫn còn nguyên và chứng minh được.
      </Notice>
    )
  }
  return (
    <div class="stack-small">
      {entry.sealedUnder && (
        <p class="muted">
          Nội dung được lưu ở dạng mã hóa dưới khóa <span class="code">{entry.sealedUnder}</span>. Lượt mở này đã được
          ghi lại.
        </p>
      )}
      <pre class="code">{JSON.stringify(entry.body, null, 2)}</pre>
    </div>
  )
}

function Proof({ proof }: { proof: EntryProof }) {
  return (
    <Section title="Bằng chứng">
      <div class="stack">
        <p>
          Bản ghi mang số thứ tự {formatNumber(proof.leafIndex)} trong {formatNumber(proof.treeSize)} bản ghi. Từ giá
          trị băm của bản ghi và {proof.path.length} giá trị dưới đây, ai cũng tính lại được giá trị băm gốc đã ký (RFC
          6962).
        </p>
        <DescriptionList
          items={[
            { term: 'Cam kết', value: <span class="code">{proof.commitment}</span> },
            { term: 'Giá trị băm gốc', value: <span class="code">{proof.root}</span> },
          ]}
        />
        <div class="row">
          <Button href={`/api/v1/ledger/entries/${proof.id}/bundle`} download>
            Tải bằng chứng
          </Button>
          <Button href={`/api/v1/ledger/entries/${proof.id}/proof`}>Xem dạng JSON</Button>
        </div>
        <p class="muted">
          Tệp ZIP gồm bản ghi, đường dẫn bằng chứng, điểm niêm phong đã ký và chương trình kiểm tra không cần mạng.
        </p>
        <More title={`Đường dẫn bằng chứng (${proof.path.length} bước)`}>
          <ol>
            {proof.path.map((step) => (
              <li key={step} class="code">
                {step}
              </li>
            ))}
          </ol>
        </More>
        {proof.checkpoint && (
          <More title="Điểm niêm phong đã ký">
            <pre class="code">{proof.checkpoint.note}</pre>
            <p>
              Khóa công khai: <span class="code">{proof.checkpoint.verifierKey}</span>
            </p>
          </More>
        )}
      </div>
    </Section>
  )
}
