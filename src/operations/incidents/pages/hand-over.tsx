import { z } from 'zod'
import type { ShiftMatters } from '#platform/capability'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  formatDateTime,
  Notice,
  Section,
  Tag,
  TextArea,
  Time,
  withQuery,
} from '#ui'
import { rosterPath } from '../model.ts'
import {
  getParts,
  handOverPath,
  maySignFor,
  type Parts,
  saveHandOver,
  signersOf,
  signLeaving,
  signTaking,
  stateNames,
} from '../roster/hand-over.ts'
import type * as store from '../roster/hand-over-store.ts'
import { listMatters } from '../roster/matters.ts'
import { sayShift } from '../roster/on-duty.ts'
import type { Assignment } from '../roster/store.ts'
import { isSameParty, passwordField } from '../signing.ts'
import { handOverListRoute, handOversPath as path, tone } from './hand-over-list.tsx'
import { PasswordField } from './incident-close.tsx'
import { Moment, type Past, readPast } from './past.tsx'
import { errorAt, faultsOf } from './words.ts'

const Params = z.object({ day: z.string().max(10), shift: z.string().max(20) })
const long = z.string().max(8000).default('')
const Body = z.object({
  'tinh-hinh': long,
  'viec-tiep': long,
  'thiet-bi': long,
  'nhan-xet': long,
  [passwordField]: z.string().max(200).default(''),
  viec: z.enum(['luu', 'ky']).default('luu'),
})
type Body = z.infer<typeof Body>

/** What other rooms have to say to the next shift comes with their cards. */
export function handOverRoutes(contributions: () => readonly ShiftMatters[]): readonly Route[] {
  const show = route({
    method: 'GET',
    path: `${path}/:day/:shift`,
    access: 'incident:read',
    params: Params,
    query: z.object({ tai: Moment }),
    async handle(asker, { params, query }) {
      const past = await readPast(asker, query.tai)
      const parts = await getParts(past.ctx, params.day, params.shift, past.at?.knownAt)
      return handOverPage(past, parts, { contributions, values: undefined, errors: [] })
    },
  })
  const leave = route({
    method: 'POST',
    path: `${path}/:day/:shift/giao`,
    access: 'shift:lead',
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const of = { day: params.day, code: params.shift }
      const parts = await getParts(ctx, params.day, params.shift)
      const words = { situation: body['tinh-hinh'], next: body['viec-tiep'], equipment: body['thiet-bi'] }
      try {
        const matters = await listMatters(ctx, contributions())
        if (body.viec === 'ky') await signLeaving(ctx, of, { ...words, password: body[passwordField] ?? '' }, matters)
        else await saveHandOver(ctx, of, words, matters)
      } catch (error) {
        return handOverPage({ ctx, at: undefined }, parts, {
          contributions,
          values: body,
          errors: faultsOf(error, 'tinh-hinh'),
        })
      }
      return redirect(handOverPath(params))
    },
  })
  const take = route({
    method: 'POST',
    path: `${path}/:day/:shift/nhan`,
    access: 'shift:lead',
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const parts = await getParts(ctx, params.day, params.shift)
      try {
        await signTaking(
          ctx,
          { day: params.day, code: params.shift },
          { password: body[passwordField] ?? '', remark: body['nhan-xet'] },
        )
      } catch (error) {
        return handOverPage({ ctx, at: undefined }, parts, {
          contributions,
          values: body,
          errors: faultsOf(error, passwordField),
        })
      }
      return redirect(handOverPath(params))
    },
  })
  return [handOverListRoute, show, leave, take]
}

interface Showing {
  contributions: () => readonly ShiftMatters[]
  values: Body | undefined
  errors: readonly FormError[]
}

async function handOverPage(
  { ctx, at }: Past,
  parts: Parts,
  { contributions, values, errors }: Showing,
): Promise<Reply> {
  const { shift, settings, handOver } = parts
  const state = handOver?.state ?? 'none'
  const isOpen = state === 'none' || state === 'draft'
  const matters = isOpen && !at ? await listMatters(ctx, contributions()) : (handOver?.body.matters ?? [])
  return page({
    title: `Bàn giao ${sayShift(shift)}`,
    crumbs: [
      { label: 'Ca trực', href: withQuery(rosterPath, { tai: at?.text }) },
      { label: 'Bàn giao ca', href: withQuery(path, { tai: at?.text }) },
    ],
    status: errors.length > 0 ? 422 : 200,
    lead: `${formatDateTime(shift.startsAt, settings.timeZone)} đến ${formatDateTime(shift.endsAt, settings.timeZone)}`,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa thực hiện được" />
        <AsOfNotice at={at} what="biên bản bàn giao" />
        <Standing parts={parts} />
        {isOpen && at ? (
          <Then handOver={handOver} />
        ) : isOpen ? (
          <>
            <Matters matters={matters} title="Việc đang mở, tự điền từ hệ thống" />
            {maySignFor(ctx, settings, parts.leaving) ? (
              <LeaveForm parts={parts} values={values} errors={errors} />
            ) : (
              <Notice title="Chờ người giao ca">{`Biên bản do ${saySigners(parts.leaving)} lập và ký.`}</Notice>
            )}
          </>
        ) : (
          <>
            <Signed handOver={handOver} />
            {state === 'left' && !at && <Taking ctx={ctx} parts={parts} values={values} errors={errors} />}
          </>
        )}
        {errors.length === 0 && <AsOfQuestion at={at} what="biên bản bàn giao" />}
      </div>
    ),
  })
}

/** What had been written of a record by then, before anybody signed it. */
function Then({ handOver }: { handOver: store.HandOver | undefined }) {
  if (!handOver) return <Notice title="Khi đó biên bản chưa được lập" />
  const { situation, next, equipment, matters } = handOver.body
  return (
    <>
      <Matters matters={matters} title="Việc đang mở khi lưu nháp" />
      <Section title="Bản nháp khi đó">
        <DescriptionList
          items={[
            { term: 'Tình hình trong ca', value: situation },
            { term: 'Việc ca sau cần làm', value: next },
            { term: 'Hệ thống, thiết bị', value: equipment },
          ]}
        />
      </Section>
    </>
  )
}

function saySigners(people: readonly Assignment[]): string {
  const signers = signersOf(people)
  return signers === 'anybody' ? 'một trưởng ca trong danh sách trực' : signers.map(({ name }) => name).join(', ')
}

function Standing({ parts: { handOver, leaving, coming, next } }: { parts: Parts }) {
  const state = handOver?.state ?? 'none'
  const lead = (people: readonly Assignment[]) => people.find(({ duty }) => duty === 'lead')?.name
  return (
    <DescriptionList
      inColumns
      items={[
        { term: 'Trạng thái', value: <Tag tone={tone[state]}>{stateNames[state]}</Tag> },
        {
          term: 'Trưởng ca giao',
          value: handOver?.leftName ?? lead(leaving) ?? <Tag tone="danger">Ca không có trưởng ca</Tag>,
        },
        {
          term: `Trưởng ca nhận${next ? `, ${sayShift(next)}` : ''}`,
          value: handOver?.takenName ?? lead(coming) ?? <Tag tone="danger">Ca sau chưa có trưởng ca</Tag>,
        },
        ...(handOver?.leftAt ? [{ term: 'Ký giao lúc', value: <Time at={handOver.leftAt} exact /> }] : []),
        ...(handOver?.takenAt ? [{ term: 'Ký nhận lúc', value: <Time at={handOver.takenAt} exact /> }] : []),
        ...(handOver?.remark ? [{ term: 'Ý kiến người nhận', value: handOver.remark }] : []),
      ]}
    />
  )
}

function Matters({ matters, title }: { matters: readonly store.Matter[]; title: string }) {
  const groups = [...new Set(matters.map(({ group }) => group))]
  return (
    <Section title={title}>
      {groups.length === 0 && <p>Không có việc nào đang mở.</p>}
      {groups.map((group) => (
        <div key={group} class="stack-small">
          <h3>{group}</h3>
          <ul>
            {matters
              .filter((one) => one.group === group)
              .map((one) => (
                <li key={one.url + one.title}>
                  <a href={one.url}>{one.title}</a>
                  {one.note && <span class="muted"> · {one.note}</span>}
                </li>
              ))}
          </ul>
        </div>
      ))}
    </Section>
  )
}

function LeaveForm({
  parts,
  values,
  errors,
}: {
  parts: Parts
  values: Body | undefined
  errors: readonly FormError[]
}) {
  const { shift, settings, handOver } = parts
  const body = handOver?.body
  const error = (field: string) => errorAt(errors, field)
  return (
    <Section title="Người giao viết và ký">
      <Form action={`${handOverPath({ day: shift.day, shift: shift.code })}/giao`} label="Người giao viết và ký">
        <TextArea
          name="tinh-hinh"
          label="Tình hình trong ca"
          hint="Việc chính đã xảy ra và đã xử lý, kể cả khi không có gì đặc biệt."
          value={values?.['tinh-hinh'] ?? body?.situation ?? ''}
          rows={5}
          maxLength={8000}
          error={error('tinh-hinh')}
        />
        <TextArea
          name="viec-tiep"
          label="Việc ca sau cần làm"
          value={values?.['viec-tiep'] ?? body?.next ?? ''}
          maxLength={8000}
          optional
        />
        <TextArea
          name="thiet-bi"
          label="Hệ thống, thiết bị"
          value={values?.['thiet-bi'] ?? body?.equipment ?? ''}
          rows={2}
          maxLength={8000}
          optional
        />
        <PasswordField error={error(passwordField)} />
        <p class="muted">
          Ký được từ {settings.handOver.signBeforeMinutes} phút trước khi hết ca. Sau khi ký, nội dung không sửa được.
        </p>
        <div class="row">
          <Button kind="primary" icon="sign" name="viec" value="ky">
            Ký giao ca
          </Button>
          <Button name="viec" value="luu">
            Lưu nháp
          </Button>
        </div>
      </Form>
    </Section>
  )
}

function Signed({ handOver }: { handOver: store.HandOver | undefined }) {
  if (!handOver?.text) return null
  return (
    <Section title="Nội dung đã ký">
      <div class="panel stack-small">
        {handOver.text.split('\n\n').map((part) => {
          const [head = '', ...lines] = part.split('\n')
          return (
            <div key={part}>
              <p>
                <strong>{head}</strong>
              </p>
              {lines.map((line) => (
                <p key={line}>{line}</p>
              ))}
            </div>
          )
        })}
        <p class="muted small">
          SHA-256 của nội dung, có trong nhật ký niêm phong: <span class="code">{handOver.digest}</span>
        </p>
      </div>
    </Section>
  )
}

interface TakingProps {
  ctx: Context
  parts: Parts
  values: Body | undefined
  errors: readonly FormError[]
}

function Taking({ ctx, parts, values, errors }: TakingProps) {
  const { shift, settings, coming, handOver } = parts
  if (!maySignFor(ctx, settings, coming))
    return <Notice title="Chờ ca sau ký nhận">{`Biên bản chờ ${saySigners(coming)} ký nhận.`}</Notice>
  if (isSameParty(ctx, handOver?.leftParties ?? []))
    return <Notice title="Chờ người khác ký nhận">Người giao không tự ký nhận.</Notice>
  return (
    <Section title="Người nhận ký">
      <Form action={`${handOverPath({ day: shift.day, shift: shift.code })}/nhan`} label="Người nhận ký">
        <TextArea
          name="nhan-xet"
          label="Ý kiến người nhận"
          rows={2}
          value={values?.['nhan-xet'] ?? ''}
          maxLength={2000}
          optional
        />
        <PasswordField error={errorAt(errors, passwordField)} />
        <Button kind="primary" icon="sign">
          Ký nhận ca
        </Button>
      </Form>
    </Section>
  )
}
