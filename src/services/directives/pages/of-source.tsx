import { Section, Table, Tag, Time } from '#ui'
import type { DirectiveOfSource } from '../reading/faces.ts'
import { stateTones } from './words.ts'

/** What was assigned because of a number, alert, project …, on the page of that thing; nothing where there is none. */
export function DirectivesOf({ rows, title }: { rows: readonly DirectiveOfSource[]; title: string }) {
  if (rows.length === 0) return null
  return (
    <Section title={title}>
      <Table
        caption="Nhiệm vụ"
        hideCaption
        plain
        rows={rows}
        rowKey={({ code }) => code}
        rowHref={({ url }) => url}
        columns={[
          { key: 'title', title: 'Nhiệm vụ', cell: (row) => row.title },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: ({ state, stateName }) => <Tag tone={stateTones[state]}>{stateName}</Tag>,
          },
          { key: 'due', title: 'Hạn', phone: true, cell: ({ dueAt }) => dueAt && <Time at={dueAt} exact /> },
        ]}
      />
    </Section>
  )
}
