import { type Column, formatDuration, Tag, Time } from '#ui'
import { taskStateNames } from '../model.ts'
import type { Task } from '../record/task-store.ts'

export const columnsOf = (now: Date, nameOf: (code: string) => string): Column<Task>[] => [
  { key: 'title', title: 'Việc', cell: (task) => `${task.number}. ${task.title}` },
  {
    key: 'who',
    title: 'Ai làm',
    phone: true,
    cell: (task) => (
      <>
        {nameOf(task.organisation)}
        {(task.assigneeName ?? task.role) && <span class="muted">, {task.assigneeName ?? task.role}</span>}
      </>
    ),
  },
  { key: 'due', title: 'Hạn', phone: true, cell: (task) => <Due task={task} now={now} /> },
  { key: 'state', title: 'Trạng thái', phone: true, cell: (task) => <StateTag task={task} now={now} /> },
  {
    key: 'evidence',
    title: 'Kết quả, minh chứng',
    cell: (task) =>
      task.result ?? task.file?.name ?? (task.evidence && <span class="muted">cần: {task.evidence}</span>),
  },
]

const isLate = (task: Task, now: Date) => task.state === 'open' && task.dueAt !== null && task.dueAt < now

export function StateTag({ task, now }: { task: Task; now: Date }) {
  if (isLate(task, now)) return <Tag tone="danger">Quá hạn</Tag>
  const tone = ({ waiting: 'neutral', open: 'info', done: 'done', skipped: 'warning' } as const)[task.state]
  return <Tag tone={tone}>{taskStateNames[task.state]}</Tag>
}

export function Due({ task, now }: { task: Task; now: Date }) {
  if (!task.dueAt) return <span class="muted">tính khi bước trước xong</span>
  if (task.state !== 'open') return <Time at={task.dueAt} exact />
  const left = task.dueAt.getTime() - now.getTime()
  return (
    <>
      {left < 0 ? 'quá' : 'còn'} {formatDuration(left)} · hạn <Time at={task.dueAt} exact />
    </>
  )
}
