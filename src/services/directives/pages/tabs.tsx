import { Tabs } from '#ui'
import { boardPath, calendarPath, followUpPath, listPath } from '../paths.ts'

export function RoomTabs({ current }: { current: string }) {
  const items = [
    { label: 'Theo đơn vị', href: boardPath },
    { label: 'Danh sách', href: listPath },
    { label: 'Lịch', href: calendarPath },
    { label: 'Theo dõi tháng', href: followUpPath },
  ]
  return <Tabs label="Nhiệm vụ chỉ đạo" items={items.map((item) => ({ ...item, current: item.href === current }))} />
}
