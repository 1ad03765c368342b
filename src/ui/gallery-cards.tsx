import { ago } from './gallery-shell.ts'
import { IndicatorCard, IndicatorGrid } from './parts/indicator-card.tsx'
import { Section } from './parts/navigation.tsx'

const months = [71.2, 73.4, 72.1, 75.9, 78.8, 77.1, 80.2, 84.4, 83.1, 88.0, 91.1, 93.21]

export function GalleryCards() {
  return (
    <Section title="Chỉ tiêu" aside={<a href="/chi-tieu">Tất cả 48 chỉ tiêu</a>}>
      <IndicatorGrid label="Chỉ tiêu chính">
        <IndicatorCard
          lead
          name="Tỷ lệ hồ sơ thủ tục hành chính giải quyết đúng hạn"
          href="/chi-tieu/1"
          value="93,21"
          unit="%"
          valueHref="/chi-tieu/1/so-lieu"
          changes={[
            { direction: 'up', words: '2,11 điểm so với tháng trước' },
            { direction: 'up', words: '4,8 điểm so với cùng kỳ' },
          ]}
          target="Kế hoạch giao 95% · còn thiếu 1,79 điểm"
          forecast="Dự báo cuối năm 94,6% (khả năng 80%: 93,9–95,4)"
          spark={{ values: months, label: 'Tỷ lệ đúng hạn 12 tháng', target: 95 }}
          owner="Văn phòng Ủy ban nhân dân tỉnh"
          freshness={{ asOf: ago(10), source: 'HTTT giải quyết TTHC' }}
          actions={<CardActions />}
        />
        <IndicatorCard
          name="Hồ sơ quá hạn chưa giải quyết"
          href="/chi-tieu/2"
          value="1.284"
          unit="hồ sơ"
          valueHref="/chi-tieu/2/so-lieu"
          state="breach"
          stateWords="Vượt ngưỡng 1.000"
          changes={[{ direction: 'up', words: '312 so với tuần trước', worse: true }]}
          target="Ngưỡng cảnh báo 1.000 hồ sơ"
          spark={{
            values: [700, 720, null, null, 810, 805, 870, 930, 922, 1010, 1100, 1284],
            label: 'Hồ sơ quá hạn 12 tuần',
          }}
          owner="Trung tâm Phục vụ hành chính công tỉnh"
          freshness={{ asOf: ago(10), source: 'HTTT giải quyết TTHC' }}
          actions={<CardActions />}
        />
        <WeakCards />
      </IndicatorGrid>
    </Section>
  )
}

function CardActions() {
  return (
    <>
      <a href="/xem">Xem chi tiết</a>
      <a href="/giao">Giao nhiệm vụ</a>
    </>
  )
}

// Late, without data, and with parts that do not add up.
function WeakCards() {
  return (
    <>
      <IndicatorCard
        name="Tỷ lệ giải ngân vốn đầu tư công so với kinh phí được cấp"
        href="/chi-tieu/3"
        value="61,4"
        unit="%"
        state="watch"
        stateWords="Cần theo dõi"
        changes={[{ direction: 'down', words: '3,2 điểm so với cùng kỳ' }]}
        target="Kế hoạch giao 95% · cần 16,8% mỗi tháng để đạt"
        spark={{
          values: [2, 6, 11, 18, 22, 27, 33, 40, 45, 52, 61.4],
          label: 'Giải ngân lũy kế 11 tháng',
          target: 95,
        }}
        typedBy="Trần Văn Thí Dụ, Sở Tài chính"
        owner="Sở Tài chính"
        freshness={{ asOf: ago(190), source: 'Biểu mẫu Excel', late: 'chậm 3 giờ' }}
        actions={<CardActions />}
      />
      <IndicatorCard
        name="Nồng độ bụi PM2,5 trung bình 24 giờ tại các trạm quan trắc tự động liên tục"
        href="/chi-tieu/4"
        owner="Sở Nông nghiệp và Môi trường"
        freshness={{ source: 'Trạm quan trắc' }}
        actions={<CardActions />}
      />
      <IndicatorCard
        name="Nhiệm vụ thường xuyên của chương trình chuyển đổi số đang thực hiện"
        href="/chi-tieu/5"
        value="49"
        unit="trên 87 nhiệm vụ"
        changes={[{ direction: 'same', words: 'không đổi so với quý trước' }]}
        remarks={['49 + 16 + 10 + 7 = 82; còn 5 nhiệm vụ nguồn không giải thích']}
        owner="Sở Khoa học và Công nghệ"
        freshness={{ asOf: ago(60 * 24 * 40), source: 'Báo cáo năm 2024' }}
        actions={<CardActions />}
      />
    </>
  )
}
