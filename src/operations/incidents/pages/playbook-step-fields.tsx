import { Button, Checkboxes, More, type Option, Section, Select, TextArea, TextInput } from '#ui'
import { channelCodes, channels } from '../model.ts'
import { type DraftMessage, type DraftStep, mostMessages } from './playbook-draft.ts'

export type ErrorOf = (field: string) => string | undefined

interface StepProps {
  step: DraftStep
  index: number
  steps: readonly DraftStep[]
  organisations: readonly Option[]
  error: ErrorOf
}

/** One step of a playbook as a block of fields. */
export function StepFields({ step, index, steps, organisations, error }: StepProps) {
  const name = (part: string) => `buoc-${index}-${part}`
  const words = `bước ${index + 1}`
  // Folded until it is asked for: a playbook of ten steps fits on a screen.
  const parts = ['title', 'what', 'organisation', 'amount', 'message-0']
  const isOpen = !step.title || !step.what || parts.some((part) => error(name(part)) !== undefined)
  return (
    <Section
      title={`Bước ${index + 1}${step.title ? `. ${step.title}` : ''}`}
      aside={<StepButtons index={index} count={steps.length} />}
    >
      <More title="Nội dung bước" open={isOpen}>
        <div class="form">
          <input type="hidden" name={name('key')} value={step.key} />
          <TextInput
            name={name('title')}
            label={`Tên ${words}`}
            value={step.title}
            maxLength={200}
            error={error(name('title'))}
          />
          <TextArea
            name={name('what')}
            label={`Làm gì, ${words}`}
            rows={2}
            value={step.what}
            maxLength={2000}
            error={error(name('what'))}
          />
          <div class="columns columns-2">
            <Select
              name={name('organisation')}
              label={`Đơn vị, ${words}`}
              empty="Chọn đơn vị"
              value={step.organisation}
              options={organisations}
              error={error(name('organisation'))}
            />
            <TextInput name={name('role')} label={`Vai trò, ${words}`} value={step.role} maxLength={200} optional />
          </div>
          <When name={name} step={step} steps={steps} words={words} error={error} />
          <TextInput
            name={name('evidence')}
            label={`Minh chứng, ${words}`}
            value={step.evidence}
            maxLength={300}
            optional
          />
          {[...step.messages, ...(step.messages.length < mostMessages ? [emptyMessage] : [])].map((message, each) => (
            <MessageFields key={each} message={message} each={each} name={name} words={words} error={error} />
          ))}
        </div>
      </More>
    </Section>
  )
}

const emptyMessage: DraftMessage = { title: '', text: '', channels: [] }

interface MessageProps {
  message: DraftMessage
  each: number
  name: (part: string) => string
  words: string
  error: ErrorOf
}

function MessageFields({ message, each, name, words, error }: MessageProps) {
  const which = `bản tin ${each + 1}, ${words}`
  return (
    <>
      <TextInput
        name={name(`message-${each}`)}
        label={`Tiêu đề ${which}`}
        hint="Để trống nếu bước này không phát thêm tin."
        value={message.title}
        maxLength={200}
        error={each === 0 ? error(name('message-0')) : undefined}
        optional
      />
      <TextArea
        name={name(`text-${each}`)}
        label={`Lời ${which}`}
        rows={2}
        value={message.text}
        maxLength={2000}
        optional
      />
      <Checkboxes
        name={name(`channels-${each}`)}
        label={`Kênh ${which}`}
        inline
        optional
        values={message.channels}
        options={channelCodes.map((value) => ({ value, label: channels[value] }))}
      />
    </>
  )
}

function StepButtons({ index, count }: { index: number; count: number }) {
  return (
    <span class="row">
      <Button small name="viec" value={`len-${index}`} disabled={index === 0} label={`Chuyển bước ${index + 1} lên`}>
        Lên
      </Button>
      <Button
        small
        name="viec"
        value={`xuong-${index}`}
        disabled={index === count - 1}
        label={`Chuyển bước ${index + 1} xuống`}
      >
        Xuống
      </Button>
      <Button
        small
        kind="danger"
        name="viec"
        value={`bo-${index}`}
        disabled={count === 1}
        label={`Bỏ bước ${index + 1}`}
      >
        Bỏ
      </Button>
    </span>
  )
}

interface WhenProps {
  name: (part: string) => string
  step: DraftStep
  steps: readonly DraftStep[]
  words: string
  error: ErrorOf
}

function When({ name, step, steps, words, error }: WhenProps) {
  return (
    <div class="columns columns-3">
      <TextInput
        name={name('amount')}
        label={`Trong, ${words}`}
        value={step.amount}
        inputMode="numeric"
        width="10"
        error={error(name('amount'))}
      />
      <Select
        name={name('unit')}
        label={`Đơn vị thời gian, ${words}`}
        value={step.unit}
        options={[
          { value: 'minutes', label: 'phút' },
          { value: 'workingHours', label: 'giờ làm việc' },
        ]}
      />
      <Select
        name={name('after')}
        label={`Tính từ, ${words}`}
        empty="lúc bắt đầu"
        value={step.after}
        options={steps
          .filter(({ key }) => key !== step.key && key)
          .map(({ key, title }) => ({ value: key, label: `khi xong: ${title || key}` }))}
      />
    </div>
  )
}
