import { Tabs } from '#ui'

export const unitsPath = '/dia-ban'
export const lookupPath = '/dia-ban/tra-cuu'
export const pointPath = '/dia-ban/toa-do'
export const unitPath = (code: string) => `${unitsPath}/${encodeURIComponent(code)}`

export function PlaceTabs({ current }: { current: string }) {
  const tab = (label: string, href: string) => ({ label, href, current: href === current })
  return (
    <Tabs
      label="Tra cứu địa bàn"
      items={[
        tab('Theo địa chỉ', lookupPath),
        tab('Theo tọa độ', pointPath),
        tab('Đơn vị hành chính cả nước', unitsPath),
      ]}
    />
  )
}
