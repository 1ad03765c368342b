import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, redirect, route } from '#platform/http'
import type { NoticeTemplate } from '#platform/notices'
import {
  Button,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  Notice,
  Section,
  Table,
  Tag,
  TextArea,
  TextInput,
  Time,
} from '#ui'
import { type Language, languages } from '../model.ts'
import { managePermission } from '../permissions.ts'
import { fillWords, type Words } from '../rules/templates.ts'
import { changeWording, getTemplate, tidyWords } from '../texts/actions.ts'
import { listLastWordings, listVersions, type Wording } from '../texts/store.ts'
import { inboxPath, languageNames, wordingsPath } from './words.ts'

const versionsShown = 50
const crumbs = [{ label: 'Thông báo', href: inboxPath }]

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
            />
          )
        })}
        <Versions versions={versions} />
      </div>
    ),
  })
}

interface LanguageProps {
  template: NoticeTemplate
  language: Language
  words: Words
  errors: readonly FormError[]
  isOwn: boolean
  mayChange: boolean
}

function LanguageWords(props: LanguageProps) {
  const { template, language, words, isOwn } = props
  const filled = fillWords(tidyWords(words), template.values, template.longValues)
  return (
    <Section
      title={languageNames[language]}
      id={`loi-${language}`}
      aside={<Tag tone={isOwn ? 'info' : 'neutral'}>{isOwn ? 'Đã sửa' : 'Lời gốc'}</Tag>}
    >
      <div class="columns columns-2">
        <WordsForm {...props} />
        <div class="panel stack" lang={language}>
          <p class="muted small" lang="vi">
            Xem trước với giá trị ví dụ
          </p>
          <p>
            <strong>{filled.subject}</strong>
          </p>
          {filled.text.split('\n').map((line, index) => (
            <p key={index}>{line}</p>
          ))}
        </div>
      </div>
    </Section>
  )
}

function WordsForm({ template, language, words, errors, isOwn, mayChange }: LanguageProps) {
  if (!mayChange) return <p class="muted">Chỉ quản trị toàn hệ thống sửa được mẫu.</p>
  const field = (name: string) => `${name}-${language}`
  const errorOf = (name: string) => errors.find((error) => error.field === field(name))?.message
  return (
    <Form action={`${wordingsPath}/${template.code}`} label={`Sửa mẫu ${languageNames[language]}`}>
      <ErrorSummary errors={errors} title="Chưa lưu được mẫu" />
      <input type="hidden" name="language" value={language} />
      <TextInput
        name="subject"
        id={field('subject')}
        label="Tiêu đề"
        value={words.subject}
        error={errorOf('subject')}
        maxLength={200}
      />
      <TextArea
        name="text"
        id={field('text')}
        label="Nội dung"
        rows={6}
        value={words.text}
        error={errorOf('text')}
        maxLength={4000}
      />
      <div class="row">
        <Button kind="primary" name="viec" value="luu">
          Lưu mẫu
        </Button>
        <Button name="viec" value="xem">
          Xem trước
        </Button>
        {isOwn && (
          <Button kind="quiet" name="viec" value="goc">
            Trở về lời gốc
          </Button>
        )}
      </div>
    </Form>
  )
}

function Versions({ versions }: { versions: readonly Wording[] }) {
  return (
    <Section title="Các bản đã lưu" id="cac-ban">
      <Table
        caption="Các bản đã lưu, mới nhất trước"
        hideCaption
        rows={versions}
        rowKey={({ language, version }) => `${language}-${version}`}
        empty={{ title: 'Chưa sửa lần nào', words: 'Mỗi lần lưu là một bản; các bản cũ được giữ ở đây.' }}
        columns={[
          {
            key: 'version',
            title: 'Bản',
            cell: ({ language, version }) => `${languageNames[language]}, bản ${version}`,
          },
          { key: 'subject', title: 'Tiêu đề', cell: ({ subject }) => subject ?? 'lời gốc', phone: true },
          { key: 'body', title: 'Nội dung', cell: ({ body }) => body ?? 'lời gốc' },
          { key: 'by', title: 'Người sửa', cell: ({ changedBy }) => changedBy, phone: true },
          {
            key: 'at',
            title: 'Lúc',
            cell: ({ changedAt }) => <Time at={changedAt} exact />,
            kind: 'nowrap',
            phone: true,
          },
        ]}
      />
    </Section>
  )
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
]
