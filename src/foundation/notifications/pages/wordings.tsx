import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, redirect, route } from '#platform/http'
import type { NoticeTemplate } from '#platform/notices'
import { DescriptionList, type FormError, Notice, Section, Table, Tag } from '#ui'
import { type Language, languages } from '../model.ts'
import { managePermission } from '../permissions.ts'
import type { Words } from '../rules/templates.ts'
import { changeWording, getTemplate, restoreWording } from '../texts/actions.ts'
import { previewChannels } from '../texts/previews.ts'
import { listLastWordings, listVersions } from '../texts/store.ts'
import { LanguageWords, Versions } from './wording-parts.tsx'
import { deliveriesPath, inboxPath, languageNames, wordingsPath } from './words.ts'

const versionsShown = 50
const crumbs = [
  { label: 'Thông báo', href: inboxPath },
  { label: 'Thông báo gửi đi', href: deliveriesPath },
]

async function showWordings(ctx: Context) {
  const own = await listLastWordings(ctx.sql)
  const stateOf = (code: string, language: Language) => {
    const last = own.find((one) => one.code === code && one.language === language)
    return last?.subject ? <Tag tone="info">{`Đã sửa, bản ${last.version}`}</Tag> : <Tag>Lời gốc</Tag>
  }
  return page({
    title: 'Mẫu thông báo',
    lead: 'Lời của từng loại thông báo, bằng hai ngôn ngữ. Sửa ở đây áp dụng cho mọi người nhận từ thông báo tiếp theo.',
    crumbs,
    islands: ['table'],
    body: (
      <Table
        caption="Các mẫu"
        rows={[...ctx.notices.values()]}
        rowKey={({ code }) => code}
        rowHref={({ code }) => `${wordingsPath}/${code}`}
        id="mau"
        columns={[
          { key: 'label', title: 'Loại thông báo', cell: ({ label }) => label },
          { key: 'code', title: 'Mã', cell: ({ code }) => <span class="code">{code}</span> },
          { key: 'subject', title: 'Tiêu đề gốc', cell: ({ vi }) => vi.subject, phone: true },
          ...languages.map((language) => ({
            key: language,
            title: languageNames[language],
            phone: true,
            cell: ({ code }: NoticeTemplate) => stateOf(code, language),
          })),
        ]}
      />
    ),
  })
}

interface Shown {
  /** An earlier version that cannot hold again, and why. */
  unfit?: { version: number; faults: readonly string[] }
  /** What was typed, to be previewed or mended. */
  typed?: { language: Language; words: Words }
  errors?: readonly FormError[]
  isSaved?: boolean
  status?: number
}

async function showWording(ctx: Context, code: string, shown: Shown) {
  const template = getTemplate(ctx, code)
  const own = await listLastWordings(ctx.sql, code)
  const versions = await listVersions(ctx.sql, code, versionsShown)
  const say = await ctx.sayPeople(versions.map(({ changedBy }) => changedBy))
  const mayChange = ctx.reach(managePermission) === 'all'
  return page({
    title: template.label,
    lead: <span class="code">{code}</span>,
    crumbs: [...crumbs, { label: 'Mẫu thông báo', href: wordingsPath }],
    status: shown.status,
    body: (
      <div class="stack-large">
        {shown.isSaved && (
          <Notice tone="done" role="status">
            Đã lưu mẫu.
          </Notice>
        )}
        {shown.unfit && (
          <Notice tone="danger" role="alert" title={`Bản ${shown.unfit.version} không dùng lại được`}>
            {shown.unfit.faults.join(' ')}
          </Notice>
        )}
        <Section title="Giá trị điền vào" id="gia-tri">
          <DescriptionList
            items={Object.entries(template.values).map(([name, example]) => ({
              term: `{${name}}`,
              value: `ví dụ: ${example}`,
            }))}
          />
        </Section>
        {languages.map((language) => {
          const last = own.find((one) => one.language === language)
          const words = last?.subject && last.body ? { subject: last.subject, text: last.body } : template[language]
          const typed = shown.typed?.language === language ? shown.typed.words : undefined
          return (
            <LanguageWords
              key={language}
              template={template}
              language={language}
              words={typed ?? words}
              errors={typed ? (shown.errors ?? []) : []}
              isOwn={Boolean(last?.subject)}
              mayChange={mayChange}
              channels={(filled) => previewChannels(ctx, filled, language)}
            />
          )
        })}
        <Versions code={code} versions={versions} mayChange={mayChange} say={say} />
      </div>
    ),
  })
}

const WordingForm = z.object({
  language: z.enum(languages),
  viec: z.enum(['luu', 'xem', 'goc']).default('luu'),
  subject: z.string().max(1000),
  text: z.string().max(20_000),
})
const Code = z.object({ code: z.string().max(100) })

export const wordingRoutes = [
  route({ method: 'GET', path: wordingsPath, access: managePermission, handle: (ctx) => showWordings(ctx) }),
  route({
    method: 'GET',
    path: `${wordingsPath}/:code`,
    access: managePermission,
    params: Code,
    query: z.object({ xong: z.literal('1').optional().catch(undefined) }),
    handle: (ctx, { params, query }) => showWording(ctx, params.code, { isSaved: query.xong === '1' }),
  }),
  route({
    method: 'POST',
    path: `${wordingsPath}/:code`,
    access: managePermission,
    params: Code,
    body: WordingForm,
    async handle(ctx, { params: { code }, body: { language, viec, subject, text } }) {
      const words = { subject, text }
      if (viec === 'xem') return showWording(ctx, code, { typed: { language, words } })
      try {
        await changeWording(ctx, { code, language, words: viec === 'goc' ? undefined : words })
        return redirect(`${wordingsPath}/${code}?xong=1`)
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        const errors = error.fields.map(({ path, message }) => ({ field: `${path}-${language}`, message }))
        return showWording(ctx, code, { typed: { language, words }, errors, status: error.status })
      }
    },
  }),
  route({
    method: 'POST',
    path: `${wordingsPath}/:code/ban-cu`,
    access: managePermission,
    params: Code,
    body: z.object({ language: z.enum(languages), version: z.coerce.number().int().positive().max(1_000_000) }),
    async handle(ctx, { params: { code }, body }) {
      try {
        await restoreWording(ctx, { code, ...body })
        return redirect(`${wordingsPath}/${code}?xong=1`)
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        const faults = error.fields.map(({ message }) => message)
        return showWording(ctx, code, { unfit: { version: body.version, faults }, status: error.status })
      }
    },
  }),
]
