import { roleNames } from '#identity'
import { DescriptionList, RiskMark, Tag, Time, withQuery } from '#ui'
import { type BulletinState, bulletinKindNames, bulletinStateNames, channels, riskLevels } from '../model.ts'
import type { Bulletin } from '../record/bulletin-store.ts'
import type { Incident } from '../record/store.ts'
import { bulletinPath } from './bulletin-form.tsx'

const tone: Record<BulletinState, 'neutral' | 'info' | 'done' | 'warning'> = {
  draft: 'neutral',
  approved: 'info',
  sent: 'done',
  dropped: 'neutral',
}

/** What was sent and then replaced or called off never looks as if it were in force. */
export function State({ bulletin }: { bulletin: Bulletin }) {
  if (bulletin.followedBy)
    return (
      <Tag tone="warning">
        {bulletin.followedBy.kind === 'cancel' ? 'Đã hủy' : 'Đã thay thế'} bởi số {bulletin.followedBy.number}
      </Tag>
    )
  return <Tag tone={tone[bulletin.state]}>{bulletinStateNames[bulletin.state]}</Tag>
}

interface AboutProps {
  incident: Incident
  bulletin: Bulletin
  nameOf(code: string): string
  tai: string | undefined
}

export function About({ incident, bulletin: one, nameOf, tai }: AboutProps) {
  const risk = riskLevels.find((level) => level === one.riskLevel)
  const link = (number: number) => (
    <a href={withQuery(bulletinPath(incident.code, number), { tai })}>bản tin số {number}</a>
  )
  return (
    <DescriptionList
      items={[
        { term: 'Trạng thái', value: <State bulletin={one} /> },
        { term: 'Loại', value: bulletinKindNames[one.kind] },
        ...(one.refersToNumber ? [{ term: 'Tham chiếu', value: link(one.refersToNumber) }] : []),
        ...(one.followedBy ? [{ term: 'Theo sau bởi', value: link(one.followedBy.number) }] : []),
        ...(risk ? [{ term: 'Cấp độ rủi ro', value: <RiskMark level={risk} /> }] : []),
        { term: 'Kênh', value: one.channels.map((code) => channels[code]).join(', ') },
        ...(one.recipients.length > 0
          ? [
              {
                term: 'Nơi nhận tin nhắn',
                value: `${one.recipients.map(nameOf).join(', ')} (${one.recipientRoles.map((role) => roleNames[role].toLowerCase()).join(', ')})`,
              },
            ]
          : []),
        { term: 'Hiệu lực đến', value: one.expiresAt ? <Time at={one.expiresAt} exact /> : 'khi có bản tin mới' },
        {
          term: 'Soạn',
          value: (
            <>
              {one.draftedName}, <Time at={one.draftedAt} exact />
            </>
          ),
        },
        ...(one.approvedAt
          ? [
              {
                term: 'Duyệt',
                value: (
                  <>
                    {one.approvedName}, <Time at={one.approvedAt} exact />
                  </>
                ),
              },
            ]
          : []),
        ...(one.sentAt
          ? [
              {
                term: 'Phát',
                value: (
                  <>
                    {one.sentName}, <Time at={one.sentAt} exact />
                  </>
                ),
              },
            ]
          : []),
        ...(one.approvedDigest
          ? [{ term: 'SHA-256 nội dung duyệt', value: <span class="code">{one.approvedDigest}</span> }]
          : []),
      ]}
    />
  )
}
