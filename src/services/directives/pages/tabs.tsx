import { Tabs, withQuery } from '#ui'
import { boardPath, calendarPath, followUpPath, listPath } from '../paths.ts'

export function RoomTabs({ current, at }: { current: string; at: { text: string } | undefined }) {
  const items = [
    { label: 'Theo đơn vị', href: boardPath },
    { label: 'Danh sách', href: listPath },
    { label: 'Lịch', href: calendarPath },
    { label: 'Theo dõi tháng', href: followUpPath },
  ]
  return (
    <Tabs
      label="Nhiệm vụ chỉ đạo"
      items={items.map(({ label, href }) => ({
        label,
        href: withQuery(href, { tai: at?.text }),
        current: href === current,
      }))}
    />
  )
}
