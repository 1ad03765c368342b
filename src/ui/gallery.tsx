// Every part in every state, on one page, with the longest names: what is looked at and measured when a part changes.
import { GalleryCards } from './gallery-cards.tsx'
import { GalleryCharts } from './gallery-charts.tsx'
import { GalleryForms } from './gallery-forms.tsx'
import { GalleryLists } from './gallery-lists.tsx'
import { ago } from './gallery-shell.ts'
import { Layout, type Shell } from './layout.tsx'
import { Button } from './parts/button.tsx'
import { DecisionBar } from './parts/decision-bar.tsx'
import { DescriptionList, Help, KeyHelp, More } from './parts/details.tsx'
import { FreshnessLine } from './parts/freshness.tsx'
import { Icon, iconNames } from './parts/icon.tsx'
import { Section } from './parts/navigation.tsx'
import { EmptyState, Notice } from './parts/notice.tsx'
import { Progress } from './parts/progress.tsx'
import { SeverityMark, Tag } from './parts/tag.tsx'
import { Timeline } from './parts/timeline.tsx'

export function Gallery({ shell, face }: { shell: Shell; face?: 'desk' | 'wall' }) {
  return (
    <Layout
      shell={shell}
      face={face}
      islands={['table', 'paste', 'chart']}
      title="Tổng quan các thành phần giao diện"
      crumbs={[
        { label: 'Trầm Hương', href: '/' },
        { label: 'Trung tâm Phục vụ hành chính công phường Bắc Cam Ranh', href: '/don-vi/1' },
      ]}
      lead="Mọi thành phần, mọi trạng thái, với tên dài nhất thường gặp."
      freshness={
        <FreshnessLine asOf={ago(10)} source="Hệ thống thông tin giải quyết thủ tục hành chính" sourceHref="/nguon/1" />
      }
      actions={
        <>
          <Button href="/in" icon="print">
            In trang
          </Button>
          <Button href="/giao" kind="primary">
            Giao nhiệm vụ
          </Button>
        </>
      }
    >
      <GalleryCards />
      <GalleryLists />
      <GalleryCharts />
      <GalleryForms />
      <Words />
    </Layout>
  )
}

function Words() {
  return (
    <Section title="Hồ sơ một bản ghi">
      <div class="columns columns-main">
        <div class="stack">
          <Notices />
          <div class="panel">
            <DescriptionList
              items={[
                { term: 'Căn cứ pháp lý', value: 'Nghị định 118/2025/NĐ-CP, Điều 17' },
                { term: 'Công thức', value: <span class="code">count(dung_han) / count(da_giai_quyet) × 100</span> },
                { term: 'Đơn vị chủ trì', value: 'Văn phòng Ủy ban nhân dân tỉnh' },
                { term: 'Giải trình', value: undefined },
              ]}
            />
          </div>
          <Progress label="Đang nhập 600.000 bản ghi" done={412_000} total={600_000} />
          <div class="row">
            <Tag>Nháp</Tag>
            <Tag tone="info">Chờ duyệt</Tag>
            <Tag tone="done">Đã công bố</Tag>
            <Tag tone="warning">Sắp đến hạn</Tag>
            <Tag tone="danger">Quá hạn</Tag>
            <SeverityMark severity="critical" />
            <SeverityMark severity="high" />
            <SeverityMark severity="medium" />
            <SeverityMark severity="low" />
          </div>
          <Help title="Cách tính chỉ tiêu này">
            Hồ sơ được tính là đúng hạn khi ngày kết thúc không sau ngày hẹn trả.
          </Help>
          <More title="Xem 12 lần sửa trước">
            <p>Lần sửa gần nhất lúc 10:05 21/11/2026.</p>
          </More>
          <KeyHelp
            keys={[
              { key: 'J', does: 'xuống dòng dưới' },
              { key: 'K', does: 'lên dòng trên' },
            ]}
          />
        </div>
        <div class="stack">
          <Timeline
            entries={[
              {
                at: ago(12),
                who: 'Lê Văn Mẫu, Sở Tài chính',
                what: 'Gửi giải trình',
                comment: 'Số liệu tháng 10 đã gồm phần điều chỉnh theo thông báo của kho bạc.',
                tone: 'done',
              },
              { at: ago(300), who: 'Hệ thống', what: 'Nhắc lần 1', tone: 'warning' },
              { at: ago(3000), who: 'Nguyễn Thị Minh Họa', what: 'Mở kỳ báo cáo tháng 11/2026' },
            ]}
          />
          <EmptyState title="Chưa có bình luận">Người phụ trách và đơn vị có thể ghi ý kiến tại đây.</EmptyState>
          <div class="row">
            {iconNames.map((name) => (
              <Icon key={name} name={name} />
            ))}
          </div>
        </div>
      </div>
      <Decisions />
    </Section>
  )
}

function Notices() {
  return (
    <>
      <Notice tone="done" title="Đã công bố số liệu tháng 11/2026">
        Chỉ tiêu được khóa lúc 17:00 25/11/2026. Muốn mở lại cần văn bản.
      </Notice>
      <Notice tone="warning" title="Nguồn gửi chậm 3 giờ">
        Số liệu hiển thị là của lần gửi gần nhất.
      </Notice>
      <Notice tone="danger" title="Không đọc được tệp" role="alert">
        Cột “Ngày kết thúc” bị thiếu. Thêm cột này rồi tải lên lại.
      </Notice>
      <Notice>Chỉ tiêu này do đơn vị nhập tay hằng tháng.</Notice>
    </>
  )
}

function Decisions() {
  return (
    <DecisionBar
      label="Quyết định"
      primary={{
        action: <Button kind="primary">Duyệt và công bố</Button>,
        consequence: 'Số liệu hiện trên bảng điều hành ngay.',
      }}
      others={[{ action: <Button>Yêu cầu giải trình</Button>, consequence: 'Đơn vị nhận việc, hạn 2 ngày làm việc.' }]}
      destructive={{
        action: <Button kind="danger">Hủy bản nhập</Button>,
        consequence: 'Bản nhập vẫn còn trong lịch sử.',
      }}
    />
  )
}
