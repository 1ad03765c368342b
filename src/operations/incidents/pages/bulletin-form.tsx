import { z } from 'zod'
import { roleNames } from '#identity'
import type { Context } from '#platform/context'
import type { Reply } from '#platform/http'
import { Button, Checkboxes, Form, type FormError, More, Notice, Select, TextArea, TextInput } from '#ui'
import {
  type BulletinKind,
  bulletinKindNames,
  bulletinKinds,
  channelCodes,
  channels,
  exerciseWord,
  incidentPath,
  recipientRoles,
  riskLevels,
} from '../model.ts'
import { getBulletin } from '../record/bulletins.ts'
import { type Addressee, listConcerned, listOthers } from '../record/recipients.ts'
import type { Incident } from '../record/store.ts'
import { findTask } from '../record/task-store.ts'
import { framePage } from './incident-frame.tsx'
import { errorAt, formKey, readMoment } from './words.ts'

export const bulletinPath = (code: string, number?: number): string =>
  `${incidentPath(code)}/ban-tin${number === undefined ? '' : `/${number}`}`

export const WriteQuery = z.object({
  'nhiem-vu': z.coerce.number().int().positive().optional().catch(undefined),
  mau: z.coerce.number().int().min(0).max(9).optional().catch(undefined),
  loai: z.enum(bulletinKinds).optional().catch(undefined),
  thay: z.coerce.number().int().positive().optional().catch(undefined),
})

const text = (max: number) => z.string().max(max).default('')
export const Body = z.object({
  khoa: text(60),
  loai: z.enum(bulletinKinds).default('alert').catch('alert'),
  thay: text(10),
  cap: text(5),
  ten: text(300),
  'noi-dung': text(4000),
  'khu-vuc': text(500),
  kenh: z.union([z.string(), z.array(z.string())]).default([]),
  'het-han': text(40),
  nhan: z.union([z.string().max(40), z.array(z.string().max(40)).max(200)]).default([]),
  'vai-tro': z.union([z.string().max(40), z.array(z.string().max(40)).max(20)]).default([]),
})
export type Body = z.infer<typeof Body>

/** From a step of the playbook, or from the bulletin that is replaced or called off. */
export async function prefill(
  ctx: Context,
  incident: Incident,
  query: z.infer<typeof WriteQuery>,
): Promise<Partial<Body>> {
  const earlier = query.thay ? await getBulletin(ctx, incident.code, query.thay) : undefined
  if (earlier)
    return {
      loai: query.loai === 'cancel' ? 'cancel' : 'update',
      thay: String(earlier.number),
      cap: earlier.riskLevel ?? '',
      ten: query.loai === 'cancel' ? `Hủy: ${earlier.title}` : earlier.title,
      'noi-dung': query.loai === 'cancel' ? `Hủy bản tin số ${earlier.number}. Lý do: ` : earlier.body,
      'khu-vuc': earlier.area,
      kenh: [...earlier.channels],
      nhan: [...earlier.recipients],
      'vai-tro': [...earlier.recipientRoles],
    }
  const task = query['nhiem-vu'] ? await findTask(ctx.sql, incident.code, query['nhiem-vu']) : undefined
  const message = task?.messages[query.mau ?? 0]
  return {
    loai: 'alert',
    cap: incident.levelScale === 'risk' ? incident.level : '',
    ten: message?.title ?? '',
    'noi-dung': message?.text ?? '',
    'khu-vuc': incident.place,
    kenh: [...(message?.channels ?? ['zalo', 'radio'])],
    nhan: (await listConcerned(ctx, incident)).map(({ code }) => code),
    'vai-tro': ['leader', 'operator', 'officer'],
  }
}

const listOf = (one: string | string[] | undefined): string[] => (Array.isArray(one) ? one : one ? [one] : [])

export const wishOf = async (ctx: Context, body: Body) => ({
  riskLevel: body.cap || undefined,
  title: body.ten,
  body: body['noi-dung'],
  area: body['khu-vuc'],
  channels: listOf(body.kenh),
  recipients: listOf(body.nhan),
  roles: listOf(body['vai-tro']),
  expiresAt: await readMoment(ctx, body['het-han'], 'het-han'),
})

interface Writing {
  values: Partial<Body>
  errors: readonly FormError[]
  /** Of a draft that is changed. */
  number?: number
}

/** The form of a draft, new or changed. */
export async function writePage(ctx: Context, incident: Incident, { values, errors, number }: Writing): Promise<Reply> {
  const error = (field: string) => errorAt(errors, field)
  const kind: BulletinKind = values.loai ?? 'alert'
  const [concerned, others] = await Promise.all([listConcerned(ctx, incident), listOthers(ctx, incident)])
  return framePage(ctx, incident, {
    tab: 'bulletins',
    below: number ? `Sửa bản tin ${number}` : `Soạn ${bulletinKindNames[kind].toLowerCase()}`,
    errors,
    body: (
      <Form
        action={number ? `${bulletinPath(incident.code, number)}/sua` : bulletinPath(incident.code)}
        label="Soạn bản tin"
      >
        {incident.exercise && (
          <Notice tone="warning" title={`Bản tin này mang chữ ${exerciseWord}`}>
            Chữ DIỄN TẬP tự thêm ở đầu, cuối và tiêu đề; không bỏ được.
          </Notice>
        )}
        <input type="hidden" name="khoa" value={values.khoa || formKey()} />
        <input type="hidden" name="loai" value={kind} />
        <input type="hidden" name="thay" value={values.thay ?? ''} />
        {values.thay && (
          <p>
            {bulletinKindNames[kind]} số {values.thay}.
          </p>
        )}
        <TextInput name="ten" label="Tiêu đề" value={values.ten ?? ''} maxLength={200} error={error('ten')} />
        {incident.levelScale === 'risk' && (
          <Select
            name="cap"
            label="Cấp độ rủi ro thiên tai"
            empty="Không ghi cấp"
            value={values.cap}
            error={error('cap')}
            options={riskLevels.map((value) => ({ value, label: `Cấp ${value}` }))}
          />
        )}
        <TextArea
          name="noi-dung"
          label="Nội dung"
          hint="Việc gì, ở đâu, từ lúc nào; người dân cần làm gì."
          value={values['noi-dung'] ?? ''}
          rows={6}
          maxLength={2000}
          error={error('noi-dung')}
        />
        <TextInput
          name="khu-vuc"
          label="Khu vực"
          value={values['khu-vuc'] ?? ''}
          maxLength={300}
          error={error('khu-vuc')}
        />
        <TextInput
          name="het-han"
          label="Hiệu lực đến"
          hint="Để trống nếu đến khi có bản tin mới. Ví dụ 20:00 29/11/2026."
          value={values['het-han'] ?? ''}
          error={error('het-han')}
          optional
        />
        <Checkboxes
          name="kenh"
          label="Kênh phát"
          hint="SMS, Zalo và thông báo nội bộ được gửi ngay tới người nhận đã chọn; đài, cổng và báo do người phụ trách phát."
          inline
          values={listOf(values.kenh)}
          error={error('kenh')}
          options={channelCodes.map((value) => ({ value, label: channels[value] }))}
        />
        <Recipients
          concerned={concerned}
          others={others}
          chosen={listOf(values.nhan)}
          error={error('nhan')}
          isExercise={incident.exercise}
        />
        <Checkboxes
          name="vai-tro"
          label="Vai trò nhận"
          hint="Người giữ vai trò này ở từng nơi nhận."
          inline
          values={listOf(values['vai-tro'])}
          error={error('vai-tro')}
          options={recipientRoles.map((value) => ({ value, label: roleNames[value] }))}
        />
        <Button kind="primary">{number ? 'Lưu bản sửa' : 'Lưu dự thảo'}</Button>
      </Form>
    ),
  })
}

interface RecipientsProps {
  concerned: readonly Addressee[]
  others: readonly Addressee[]
  chosen: readonly string[]
  error: string | undefined
  isExercise: boolean
}

/** Who has to do with it is offered at once; all others are folded away, and open where one of them is chosen. */
function Recipients({ concerned, others, chosen, error, isExercise }: RecipientsProps) {
  const toOption = ({ code, name }: Addressee) => ({ value: code, label: name })
  const far = others.filter(({ code }) => chosen.includes(code)).length
  return (
    <>
      <Checkboxes
        name="nhan"
        label={isExercise ? 'Đơn vị tham gia diễn tập' : 'Nơi nhận liên quan'}
        hint={
          isExercise
            ? 'Tin diễn tập không gửi cho ai ngoài các đơn vị này.'
            : 'Đơn vị có nhiệm vụ trong tình huống và địa phương xảy ra.'
        }
        values={chosen}
        error={error}
        options={concerned.map(toOption)}
      />
      {others.length > 0 && (
        <More title={far > 0 ? `Nơi nhận khác (đã chọn ${far})` : 'Nơi nhận khác'}>
          <Checkboxes
            name="nhan"
            id="nhan-khac"
            label="Các cơ quan và địa phương khác"
            inline
            values={chosen}
            options={others.map(toOption)}
          />
        </More>
      )}
    </>
  )
}
