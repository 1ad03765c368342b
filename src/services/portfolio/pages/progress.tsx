import { Button, EmptyState, formatDate, formatNumber, Section, Table, Tag } from '#ui'
import { slipOf } from '../model.ts'
import type { Milestone, Obstacle } from '../progress-store.ts'
import type { Project } from '../store.ts'
import { projectPath } from './words.ts'

interface MilestoneProps {
  project: Project
  milestones: readonly Milestone[]
  today: string
  writes: boolean
}

function SlipTag({ milestone, today }: { milestone: Milestone; today: string }) {
  const slip = slipOf(milestone, today)
  if (milestone.actualOn && slip > 0) return <Tag>{`đạt, chậm ${formatNumber(slip)} ngày`}</Tag>
  if (slip > 0) return <Tag tone={slip > 30 ? 'danger' : 'warning'}>{`chậm ${formatNumber(slip)} ngày`}</Tag>
  if (milestone.actualOn) return <Tag tone="done">{slip < 0 ? `sớm ${formatNumber(-slip)} ngày` : 'đúng hạn'}</Tag>
  return <Tag>chưa đến hạn</Tag>
}

/** Planned, expected and reached; how many days apart. */
export function MilestoneSection({ project, milestones, today, writes }: MilestoneProps) {
  const path = `${projectPath(project.code)}/moc`
  return (
    <Section
      title="Mốc tiến độ"
      aside={
        writes && (
          <Button small href={path}>
            Thêm mốc
          </Button>
        )
      }
    >
      {milestones.length === 0 ? (
        <EmptyState title="Chưa có mốc tiến độ">Mốc cho biết ngày kế hoạch, ngày thực tế và số ngày chậm.</EmptyState>
      ) : (
        <Table
          caption="Mốc tiến độ"
          hideCaption
          rows={milestones}
          rowKey={({ id }) => String(id)}
          columns={[
            { key: 'name', title: 'Mốc', cell: ({ name }) => name },
            {
              key: 'planned',
              title: 'Kế hoạch',
              kind: 'nowrap',
              phone: true,
              cell: ({ plannedOn }) => formatDate(plannedOn),
            },
            {
              key: 'forecast',
              title: 'Dự kiến',
              kind: 'nowrap',
              cell: ({ forecastOn }) => forecastOn && formatDate(forecastOn),
            },
            {
              key: 'actual',
              title: 'Thực tế',
              kind: 'nowrap',
              phone: true,
              cell: ({ actualOn }) => (actualOn ? formatDate(actualOn) : 'chưa đạt'),
            },
            {
              key: 'slip',
              title: 'Chênh lệch',
              phone: true,
              cell: (milestone) => <SlipTag milestone={milestone} today={today} />,
            },
            ...(writes
              ? [
                  {
                    key: 'edit',
                    title: 'Cập nhật',
                    cell: ({ id, name }: Milestone) => (
                      <a href={`${path}?moc=${id}`} aria-label={`Cập nhật mốc ${name}`}>
                        Cập nhật
                      </a>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
    </Section>
  )
}

interface ObstacleProps {
  project: Project
  obstacles: readonly Obstacle[]
  writes: boolean
}

export function ObstacleSection({ project, obstacles, writes }: ObstacleProps) {
  const path = `${projectPath(project.code)}/vuong-mac`
  return (
    <Section
      title="Vướng mắc"
      aside={
        writes && (
          <Button small href={path}>
            Nêu vướng mắc
          </Button>
        )
      }
    >
      {obstacles.length === 0 ? (
        <EmptyState title="Không có vướng mắc nào được nêu">
          Chủ đầu tư nêu vướng mắc tại đây để cấp trên biết và xử lý.
        </EmptyState>
      ) : (
        <Table
          caption="Vướng mắc"
          hideCaption
          rows={obstacles}
          rowKey={({ id }) => String(id)}
          columns={[
            { key: 'said', title: 'Nội dung', cell: ({ said }) => said },
            {
              key: 'raised',
              title: 'Phát sinh',
              kind: 'nowrap',
              phone: true,
              cell: ({ raisedOn }) => formatDate(raisedOn),
            },
            {
              key: 'state',
              title: 'Tình trạng',
              phone: true,
              cell: ({ resolvedOn }) =>
                resolvedOn ? (
                  <Tag tone="done">{`Xong ${formatDate(resolvedOn)}`}</Tag>
                ) : (
                  <Tag tone="warning">Chưa xử lý</Tag>
                ),
            },
            { key: 'how', title: 'Cách xử lý', cell: ({ resolution }) => resolution },
            ...(writes
              ? [
                  {
                    key: 'settle',
                    title: 'Việc',
                    cell: ({ id, resolvedOn, said }: Obstacle) =>
                      resolvedOn ? (
                        ' '
                      ) : (
                        <a href={`${path}/${id}`} aria-label={`Ghi đã xử lý: ${said}`}>
                          Ghi đã xử lý
                        </a>
                      ),
                  },
                ]
              : []),
          ]}
        />
      )}
    </Section>
  )
}
