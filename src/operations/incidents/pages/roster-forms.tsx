import { nameOfWeekday } from '#calendar'
import { Button, DateInput, EmptyState, Form, type FormError, formatDate, Section, Select, Tag, TextInput } from '#ui'
import { rosterPath as path } from '../model.ts'
import { dutyOptions } from '../roster/assignments.ts'
import type { RosterSettings } from '../roster/settings.ts'
import { dutyNames, shiftDay } from '../roster/shifts.ts'
import type { Absence, Assignment, Swap } from '../roster/store.ts'
import { errorAt } from './words.ts'

type Values = Record<string, string | undefined>
interface Choice {
  value: string
  label: string
}

interface PersonProps {
  one: Assignment
  account: string | undefined
  keeps: boolean
  isOver: boolean
  monday: string
}

/** One name in a cell of the week, with what may be done about it. */
export function Person({ one, account, keeps, isOver, monday }: PersonProps) {
  const name = one.absent === null ? one.name : <s>{one.name}</s>
  return (
    <div class="row">
      <span>
        {one.duty === 'lead' ? <strong>{name}</strong> : name}
        <span class="muted small"> {dutyNames[one.duty].toLowerCase()}</span>
      </span>
      {one.absent !== null && <Tag tone="warning">vắng</Tag>}
      {!isOver && one.account === account && (
        <a class="small" href={`${path}/doi-ca/${one.id}`} aria-label={`Đổi ca ngày ${formatDate(one.day)}`}>
          Đổi ca
        </a>
      )}
      {keeps && (
        <Form action={`${path}/bo`} class="" label={`Bỏ phân công số ${one.id}`}>
          <input type="hidden" name="so" value={String(one.id)} />
          <input type="hidden" name="tuan" value={monday} />
          <Button small kind="quiet" label={`Bỏ ${one.name} khỏi ca ngày ${formatDate(one.day)}`}>
            Bỏ
          </Button>
        </Form>
      )}
    </div>
  )
}

interface FormProps {
  monday: string
  values: Values
  errors: readonly FormError[]
}

export function AssignForm({
  monday,
  from,
  settings,
  people,
  values,
  errors,
}: FormProps & {
  settings: RosterSettings
  people: Choice[]
  /** The first day that may still be filled: a night shift of yesterday runs on. */
  from: string
}) {
  const days = Array.from({ length: 7 }, (_, index) => shiftDay(monday, index)).filter((day) => day >= from)
  if (days.length === 0) return null
  return (
    <Section title="Phân công">
      <Form action={`${path}/phan-cong`} label="Phân công">
        <input type="hidden" name="tuan" value={monday} />
        <Select
          name="ngay"
          label="Ngày"
          value={values.ngay}
          error={errorAt(errors, 'ngay')}
          options={days.map((value) => ({ value, label: `${nameOfWeekday(value)} ${formatDate(value)}` }))}
        />
        <Select
          name="ca"
          label="Ca"
          value={values.ca}
          error={errorAt(errors, 'ca')}
          options={settings.shifts.map(({ code, name, from, to }) => ({
            value: code,
            label: `${name} (${from}–${to})`,
          }))}
        />
        <Select name="viec" label="Vai trò" value={values.viec} error={errorAt(errors, 'viec')} options={dutyOptions} />
        <Select
          name="nguoi"
          label="Người"
          empty="Chọn người"
          value={values.nguoi}
          error={errorAt(errors, 'nguoi')}
          options={people}
        />
        <Button kind="primary">Phân công</Button>
      </Form>
    </Section>
  )
}

export function CopyForm({ monday, values, errors }: FormProps) {
  const weeks = [1, 2, 3, 4].map((count) => shiftDay(monday, count * 7))
  return (
    <Section title="Chép tuần này">
      <Form action={`${path}/chep-tuan`} label="Chép tuần này">
        <input type="hidden" name="tuan" value={monday} />
        <Select
          name="sang"
          label="Sang tuần"
          hint="Ca đã có người và người đã ghi vắng được giữ nguyên."
          value={values.sang}
          error={errorAt(errors, 'sang') ?? errorAt(errors, 'tuan')}
          options={weeks.map((value) => ({
            value,
            label: `${formatDate(value)} đến ${formatDate(shiftDay(value, 6))}`,
          }))}
        />
        <Button>Chép phân công</Button>
      </Form>
    </Section>
  )
}

export function SwapSection({
  swaps,
  account,
  settings,
}: {
  swaps: readonly Swap[]
  account: string | undefined
  settings: RosterSettings
}) {
  if (swaps.length === 0) return null
  const nameOf = (code: string) => settings.shifts.find((one) => one.code === code)?.name ?? code
  return (
    <Section title="Đề nghị đổi ca chờ trả lời" id="doi-ca">
      <ul class="plain-list stack">
        {swaps.map((swap) => (
          <li key={swap.id} class="panel row row-spread">
            <span>
              {swap.askedName} đề nghị {swap.askedOfName} nhận {nameOf(swap.shift)} {formatDate(swap.day)}. Lý do:{' '}
              {swap.reason}
            </span>
            <SwapButtons swap={swap} account={account} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function SwapButtons({ swap, account }: { swap: Swap; account: string | undefined }) {
  const mine = swap.askedOf === account ? 'asked' : swap.askedBy === account ? 'asking' : undefined
  if (!mine) return <Tag>chờ trả lời</Tag>
  return (
    <Form action={`${path}/tra-loi-doi`} class="row" label={`Trả lời đề nghị đổi ca số ${swap.id}`}>
      <input type="hidden" name="so" value={String(swap.id)} />
      {mine === 'asked' ? (
        <>
          <Button small kind="primary" name="tra" value="nhan">
            Đồng ý nhận ca
          </Button>
          <Button small name="tra" value="khong">
            Không nhận
          </Button>
        </>
      ) : (
        <Button small name="tra" value="rut">
          Rút đề nghị
        </Button>
      )}
    </Form>
  )
}

export function AbsenceSection({
  absences,
  account,
  keeps,
  people,
  monday,
  values,
  errors,
  isPast,
}: FormProps & {
  absences: readonly Absence[]
  account: string | undefined
  keeps: boolean
  people: Choice[]
  /** Shown as of an earlier moment: nothing is entered. */
  isPast: boolean
}) {
  return (
    <Section title="Người vắng" id="vang">
      <div class="columns columns-2">
        {absences.length === 0 ? (
          <EmptyState title="Không ai ghi vắng">Ghi kỳ vắng để ca thiếu người hiện ra trước.</EmptyState>
        ) : (
          <ul class="plain-list stack-small">
            {absences.map((one) => (
              <li key={one.id} class="row row-spread">
                <span>
                  {one.name}: {formatDate(one.fromDay)} đến {formatDate(one.toDay)}, {one.reason}
                </span>
                {!isPast && (keeps || one.account === account) && (
                  <Form action={`${path}/bo-vang`} class="" label={`Bỏ kỳ vắng số ${one.id}`}>
                    <input type="hidden" name="so" value={String(one.id)} />
                    <Button small label={`Bỏ kỳ vắng của ${one.name} từ ${formatDate(one.fromDay)}`}>
                      Bỏ
                    </Button>
                  </Form>
                )}
              </li>
            ))}
          </ul>
        )}
        {!isPast && <EnterAbsence keeps={keeps} people={people} monday={monday} values={values} errors={errors} />}
      </div>
    </Section>
  )
}

function EnterAbsence({
  keeps,
  people,
  monday,
  values,
  errors,
}: FormProps & { keeps: boolean; people: readonly Choice[] }) {
  return (
    <Form action={`${path}/vang`} label="Ghi kỳ vắng">
      <input type="hidden" name="tuan" value={monday} />
      {keeps && (
        <Select
          name="nguoi-vang"
          label="Người vắng"
          empty="Tôi"
          value={values['nguoi-vang']}
          options={people}
          error={errorAt(errors, 'nguoi-vang')}
        />
      )}
      <DateInput name="tu" label="Từ ngày" value={dateValue(values, 'tu')} error={errorAt(errors, 'tu')} />
      <DateInput
        name="den"
        label="Đến hết ngày"
        value={dateValue(values, 'den')}
        error={errorAt(errors, 'den')}
        optional
      />
      <TextInput
        name="ly-do"
        label="Lý do"
        value={values['ly-do'] ?? ''}
        maxLength={200}
        error={errorAt(errors, 'ly-do')}
      />
      <Button>Ghi kỳ vắng</Button>
    </Form>
  )
}

const dateValue = (values: Values, name: string) => ({
  day: values[`${name}-day`],
  month: values[`${name}-month`],
  year: values[`${name}-year`],
})
