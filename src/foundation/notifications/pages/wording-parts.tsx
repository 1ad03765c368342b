import type { NoticeTemplate } from '#platform/notices'
import {
  Button,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  More,
  Section,
  Table,
  Tag,
  TextArea,
  TextInput,
  Time,
} from '#ui'
import type { Language } from '../model.ts'
import { fillWords, type Words } from '../rules/templates.ts'
import { tidyWords } from '../texts/actions.ts'
import type { ChannelPreview } from '../texts/previews.ts'
import type { Wording } from '../texts/store.ts'
import { channelNames, languageNames, wordingsPath } from './words.ts'

export interface LanguageProps {
  template: NoticeTemplate
  language: Language
  words: Words
  errors: readonly FormError[]
  isOwn: boolean
  mayChange: boolean
  /** What each channel makes of filled words. */
  channels(filled: Words): ChannelPreview[]
}

export function LanguageWords(props: LanguageProps) {
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
          <More title="Xem theo từng kênh">
            <DescriptionList
              items={props.channels(filled).map(({ channel, text, pieces }) => ({
                term: `${channelNames[channel]}${pieces ? `, ${text.length} ký tự, tính ${pieces} tin` : ''}`,
                value: text.split('\n').flatMap((line, at) => (at > 0 ? [<br key={at} />, line] : [line])),
              }))}
            />
          </More>
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

interface VersionsProps {
  code: string
  versions: readonly Wording[]
  mayChange: boolean
  say(account: string): string
}

/** Who said what when; an earlier one can hold again. */
export function Versions({ code, versions, mayChange, say }: VersionsProps) {
  const isLast = ({ language, version }: Wording) =>
    !versions.some((other) => other.language === language && other.version > version)
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
          { key: 'by', title: 'Người sửa', cell: ({ changedBy }) => say(changedBy), phone: true },
          {
            key: 'at',
            title: 'Lúc',
            cell: ({ changedAt }) => <Time at={changedAt} exact />,
            kind: 'nowrap',
            phone: true,
          },
          ...(mayChange
            ? [
                {
                  key: 'act',
                  title: 'Dùng lại',
                  phone: true,
                  cell: (row: Wording) =>
                    isLast(row) ? (
                      'đang dùng'
                    ) : (
                      <Form
                        action={`${wordingsPath}/${code}/ban-cu`}
                        class="row"
                        label={`Dùng lại ${languageNames[row.language]}, bản ${row.version}`}
                      >
                        <input type="hidden" name="language" value={row.language} />
                        <input type="hidden" name="version" value={String(row.version)} />
                        <Button kind="quiet">Dùng lại bản này</Button>
                      </Form>
                    ),
                },
              ]
            : []),
        ]}
      />
    </Section>
  )
}
