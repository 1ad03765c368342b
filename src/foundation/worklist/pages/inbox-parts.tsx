import {
  Button,
  compareText,
  EmptyState,
  FilterBar,
  Form,
  formatDate,
  formatNumber,
  Select,
  Tabs,
  TextInput,
  useSurroundings,
  withQuery,
} from '#ui'
import { bands, states } from '../model.ts'
import type { ItemFilter } from './filter.ts'
import { outcomeNames } from './outcome.tsx'
import type { Colleague, ListCounts, View, ViewCounts } from './read-counts.ts'
import { bandNames, inboxPath, sayCapability, sayKind, stateNames } from './words.ts'

/** Own work, the unit's pile, and that of whom one stands in for; the numbers follow what happens elsewhere. */
export function Views({ views, view }: { views: ViewCounts; view: View }) {
  const { own, unclaimed, colleagues, standingInFor } = views
  const present = colleagues.find(({ account }) => account === standingInFor)
  const tab = (value: View, label: string, count: number) => ({
    label,
    count,
    href: `${inboxPath}?xem=${value}`,
    current: value === view,
  })
  return (
    <div id="so-viec" data-live={views.topics} data-live-label="Việc đang chờ">
      <Tabs
        label="Việc của ai"
        items={[
          tab('toi', 'Của tôi', own.open),
          tab('don-vi', 'Đơn vị, chưa ai nhận', unclaimed),
          tab(
            'thay',
            present ? `Của ${present.name}` : 'Của người tôi xử lý thay',
            present ? present.open : colleagues.reduce((sum, { open }) => sum + open, 0),
          ),
        ]}
      />
    </div>
  )
}

/** What is not looked at with the permissions of now: a press changes that. */
export function OthersTurn({ views: { standingInFor, own, colleagues } }: { views: ViewCounts }) {
  if (standingInFor)
    return (
      <EmptyState
        title={`Ông/bà có ${formatNumber(own.open)} việc của chính mình`}
        actions={
          <Form action="/xu-ly-thay/thoi" class="row">
            <Button kind="primary">Thôi xử lý thay để xem việc của tôi</Button>
          </Form>
        }
      >
        Đang xử lý thay đồng nghiệp nên chỉ việc của đồng nghiệp mở được.
      </EmptyState>
    )
  if (colleagues.length === 0)
    return (
      <EmptyState title="Hôm nay ông/bà không xử lý thay ai">
        <p>
          Khi được giao <a href="/xu-ly-thay">xử lý thay</a> đồng nghiệp đi vắng, việc của người đó mở được ở đây.
        </p>
      </EmptyState>
    )
  return (
    <ul class="plain-list stack">
      {colleagues.map((colleague) => (
        <li key={colleague.id} class="panel row-spread">
          <ColleaguesWork colleague={colleague} />
        </li>
      ))}
    </ul>
  )
}

function ColleaguesWork({ colleague: { id, name, open, late, until } }: { colleague: Colleague }) {
  const lateWords = late > 0 ? `, ${formatNumber(late)} quá hạn` : ''
  return (
    <>
      <div>
        <strong>{name}</strong>
        <p class="muted">{`${formatNumber(open)} việc đang chờ${lateWords} · xử lý thay đến hết ${formatDate(until)}`}</p>
      </div>
      <Form action="/xu-ly-thay/bat-dau" class="row">
        <input type="hidden" name="id" value={String(id)} />
        <Button kind="primary">{`Xử lý thay cho ${name}`}</Button>
      </Form>
    </>
  )
}

/** The groups of a list with how much is in each. */
export function BandTabs({ counts, query }: { counts: ListCounts; query: ItemFilter }) {
  const { address } = useSurroundings()
  const fresh = withQuery(address, {
    after: undefined,
    ...Object.fromEntries(outcomeNames.map((name) => [name, undefined])),
  })
  return (
    <Tabs
      label="Nhóm theo hạn"
      items={[
        { label: 'Tất cả', count: counts.total, href: withQuery(fresh, { nhom: undefined }), current: !query.nhom },
        ...bands.map((band) => ({
          label: bandNames[band],
          count: counts.bands[band],
          href: withQuery(fresh, { nhom: band }),
          current: query.nhom === band,
        })),
      ]}
    />
  )
}

interface InboxFiltersProps {
  query: ItemFilter & { 'don-vi'?: string }
  counts: ListCounts
}

export function InboxFilters({ query, counts }: InboxFiltersProps) {
  const state = query['trang-thai']
  const organisation = query['don-vi']
  const place = counts.organisations.find(({ code }) => code === organisation)
  const [capability = '', kind] = query.loai?.split('/') ?? []
  return (
    <FilterBar
      names={['q', 'loai', 'trang-thai', 'don-vi', ...outcomeNames]}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
        ...(query.loai ? [{ name: 'loai', label: kind ? sayKind(capability, kind) : sayCapability(capability) }] : []),
        ...(state ? [{ name: 'trang-thai', label: stateNames[state] }] : []),
        ...(organisation ? [{ name: 'don-vi', label: place?.name ?? organisation }] : []),
      ]}
    >
      <TextInput name="q" type="search" label="Tìm trong tên và mã việc" value={query.q} />
      <Select name="loai" label="Loại việc" empty="Tất cả" value={query.loai} options={kindOptions(counts)} />
      <Select
        name="trang-thai"
        label="Trạng thái"
        empty="Tất cả"
        value={state}
        options={states.map((value) => ({ value, label: stateNames[value] }))}
      />
      {(counts.organisations.length > 1 || organisation) && (
        <Select
          name="don-vi"
          label="Đơn vị"
          empty="Tất cả"
          value={organisation}
          options={counts.organisations
            .toSorted((a, b) => compareText(a.name, b.name))
            .map(({ code, name, total }) => ({ value: code, label: `${name} (${formatNumber(total)})` }))}
        />
      )}
    </FilterBar>
  )
}

/** Capabilities, and under each its kinds where it has several. */
export function kindOptions({ kinds }: Pick<ListCounts, 'kinds'>) {
  return [...new Set(kinds.map(({ capability }) => capability))]
    .map((capability) => ({ capability, found: kinds.filter((one) => one.capability === capability) }))
    .flatMap(({ capability, found }) => [
      {
        value: capability,
        label: `${sayCapability(capability)} (${formatNumber(found.reduce((sum, { total }) => sum + total, 0))})`,
      },
      ...(found.length > 1
        ? found.map(({ kind, total }) => ({
            value: `${capability}/${kind}`,
            label: `${sayKind(capability, kind)} (${formatNumber(total)})`,
          }))
        : []),
    ])
    .toSorted((a, b) => compareText(a.label, b.label))
}
