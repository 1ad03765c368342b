import { z } from 'zod'
import { listPeople } from '#identity'
import type { MessageSettings } from '#platform/config'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, redirect, route } from '#platform/http'
import type { NoticeTemplate } from '#platform/notices'
import {
  Button,
  Checkbox,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  Notice,
  Radios,
  Section,
  Select,
  Table,
  TextInput,
} from '#ui'
import { ownAccount } from '../inbox.ts'
import { chosenChannels, digests, languages, type Settings } from '../model.ts'
import { listKinds } from '../notices.ts'
import { changePreference, findOwnPreference, PreferenceForm } from '../preferences.ts'
import { type Browsers, BrowsersPart, readBrowsers } from '../push/page-part.tsx'
import { isConfigured } from '../sending/gateways.ts'
import { getSettings } from '../settings.ts'
import { channelNames, channelWords, digestNames, inboxPath, languageNames, preferencesPath } from './words.ts'

interface Props {
  form: PreferenceForm
  errors: readonly FormError[]
  done?: keyof typeof doneWords
  notices: readonly NoticeTemplate[]
  settings: Settings
  contact: { email: string | null; phone: string | null }
  messages: MessageSettings
  browsers: Browsers
}

const doneWords = {
  '1': 'Đã lưu tùy chọn. Áp dụng từ thông báo tiếp theo.',
  'trinh-duyet': 'Trình duyệt này sẽ hiện thông báo.',
  tat: 'Đã tắt thông báo trên trình duyệt đó.',
} as const

function Preferences(props: Props) {
  const { form, errors, done, settings } = props
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <div class="stack-large">
      {done && (
        <Notice tone="done" role="status">
          {doneWords[done]}
        </Notice>
      )}
      <Addresses {...props} />
      <Form action={preferencesPath} label="Tùy chọn nhận thông báo">
        <ErrorSummary errors={errors} title="Chưa lưu được tùy chọn" />
        <Section title="Cách nhận" id="cach-nhan">
          <div class="fields">
            <Select
              name="language"
              label="Ngôn ngữ của thông báo"
              value={form.language}
              options={languages.map((value) => ({ value, label: languageNames[value] }))}
            />
            <Radios
              name="digest"
              label="Thư điện tử của thông báo thường"
              hint="Thông báo gấp luôn được gửi riêng."
              value={form.digest}
              options={digests.map((value) => ({ value, label: digestNames[value], hint: hintOf(value, settings) }))}
            />
          </div>
        </Section>
        <Section title="Giờ yên tĩnh" id="gio-yen-tinh">
          <div class="fields">
            <p class="muted">
              Trong giờ này thông báo vẫn vào hộp thông báo; thư và tin nhắn chờ đến khi hết giờ. Cảnh báo nghiêm trọng
              được gửi ngay, không chờ. Bỏ trống cả hai ô nếu không cần giờ yên tĩnh.
            </p>
            <div class="row">
              <TextInput name="quietFrom" label="Từ" value={form.quietFrom} error={errorOf('quietFrom')} width="4" />
              <TextInput name="quietTo" label="Đến" value={form.quietTo} error={errorOf('quietTo')} width="4" />
            </div>
            <Checkbox
              name="quietDaysOff"
              label="Cả ngày nghỉ, theo lịch làm việc của đơn vị"
              checked={form.quietDaysOff === 'yes'}
            />
          </div>
        </Section>
        <Channels {...props} />
        <Button kind="primary">Lưu tùy chọn</Button>
      </Form>
      <BrowsersPart {...props.browsers} />
    </div>
  )
}

function hintOf(digest: PreferenceForm['digest'], settings: Settings): string | undefined {
  if (digest === 'daily') return `Một thư lúc ${settings.digest.dailyAt}.`
  return digest === 'hourly' ? 'Một thư vào đầu giờ, chỉ trong giờ làm việc.' : undefined
}

function Addresses({ contact, messages, settings }: Props) {
  const say = (address: string | null, isOpen: boolean) =>
    `${address ?? 'chưa có'}${isOpen ? '' : ' · kênh chưa cấu hình, thông báo đang chờ'}`
  return (
    <Section title="Gửi đến đâu" id="gui-den-dau" aside={<a href="/tai-khoan#lien-he">Sửa địa chỉ liên hệ</a>}>
      <DescriptionList
        items={[
          { term: 'Hộp thông báo', value: 'luôn có mọi thông báo' },
          { term: 'Thư điện tử', value: say(contact.email, isConfigured('email', messages)) },
          { term: 'Tin nhắn, Zalo, cuộc gọi', value: say(contact.phone, isConfigured('sms', messages)) },
          { term: 'Cảnh báo nghiêm trọng', value: sayChain(settings) },
        ]}
      />
    </Section>
  )
}

const unlessWords = { never: '', self: ' nếu chưa đọc', anybody: ' nếu chưa ai đọc' } as const

/** "ngay: thư điện tử, tin nhắn SMS; sau 5 phút nếu chưa đọc: gọi điện". */
function sayChain({ graveChain }: Settings): string {
  const times = [...new Set(graveChain.map(({ afterMinutes }) => afterMinutes))].toSorted((a, b) => a - b)
  return times
    .map((minutes) => {
      const steps = graveChain.filter(({ afterMinutes }) => afterMinutes === minutes)
      const unless = unlessWords[steps[0]?.unlessRead ?? 'never']
      const when = minutes === 0 ? 'ngay' : `sau ${minutes} phút${unless}`
      return `${when}: ${steps.map(({ channel }) => channelWords[channel]).join(', ')}`
    })
    .join('; ')
}

function Channels({ notices, form }: Props) {
  return (
    <Section title="Kênh theo loại thông báo" id="kenh">
      <Table
        caption="Kênh ngoài hộp thông báo; không áp dụng cho cảnh báo nghiêm trọng"
        rows={notices}
        rowKey={({ code }) => code}
        empty={{ title: 'Chưa có loại thông báo nào', words: 'Các phân hệ khai loại thông báo của mình.' }}
        columns={[
          { key: 'label', title: 'Loại thông báo', cell: ({ label }) => label },
          ...chosenChannels.map((channel) => ({
            key: channel,
            title: channelNames[channel],
            phone: true,
            cell: ({ code, label }: NoticeTemplate) => (
              <input
                type="checkbox"
                class="check-lone"
                name="channels[]"
                value={`${code}:${channel}`}
                checked={form.channels.includes(`${code}:${channel}`)}
                aria-label={`${label}: ${channelNames[channel]}`}
              />
            ),
          })),
        ]}
      />
    </Section>
  )
}

async function showPreferences(
  ctx: Context,
  shown: { typed?: PreferenceForm; errors?: readonly FormError[]; done?: keyof typeof doneWords; status?: number },
) {
  const settings = await getSettings(ctx)
  const notices = listKinds(ctx)
  const [person] = await listPeople(ctx, [ownAccount(ctx)])
  const form = shown.typed ?? (await readForm(ctx, notices, settings))
  return page({
    title: 'Tùy chọn nhận thông báo',
    crumbs: [{ label: 'Thông báo', href: inboxPath }],
    status: shown.status,
    islands: ['push'],
    body: (
      <Preferences
        form={form}
        errors={shown.errors ?? []}
        done={shown.done}
        browsers={await readBrowsers(ctx)}
        notices={notices}
        settings={settings}
        contact={person ?? { email: null, phone: null }}
        messages={ctx.config.messages}
      />
    ),
  })
}

async function readForm(ctx: Context, notices: readonly NoticeTemplate[], settings: Settings): Promise<PreferenceForm> {
  const { language, digest, quiet, quietDaysOff, channels } = await findOwnPreference(ctx)
  return {
    language,
    digest,
    quietFrom: quiet?.from ?? '',
    quietTo: quiet?.to ?? '',
    quietDaysOff: quietDaysOff ? 'yes' : undefined,
    channels: notices.flatMap(({ code }) =>
      (channels[code] ?? settings.channels.routine).map((channel) => `${code}:${channel}`),
    ),
  }
}

export const preferenceRoutes = [
  route({
    method: 'GET',
    path: preferencesPath,
    access: 'signed-in',
    query: z.object({ xong: z.enum(['1', 'trinh-duyet', 'tat']).optional().catch(undefined) }),
    handle: (ctx, { query }) => showPreferences(ctx, { done: query.xong }),
  }),
  route({
    method: 'POST',
    path: preferencesPath,
    access: 'signed-in',
    body: PreferenceForm,
    async handle(ctx, { body }) {
      try {
        await changePreference(ctx, body)
        return redirect(`${preferencesPath}?xong=1`)
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
        return showPreferences(ctx, { typed: body, errors, status: error.status })
      }
    },
  }),
]
