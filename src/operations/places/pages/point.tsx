import { z } from 'zod'
import { locate } from '#maps'
import { page, route } from '#platform/http'
import { Button, ErrorSummary, errorOf, Form, type FormError, Notice, Section, TextInput } from '#ui'
import { PlaceTabs, pointPath, unitPath } from './parts.tsx'

const Query = z.object({ vi: z.string().max(30).optional(), kinh: z.string().max(30).optional() })

/** 12,24 or 12.24. */
const readDegrees = (text: string) =>
  Number(/^-?\d{1,3}([.,]\d+)?$/.test(text.trim()) ? text.replace(',', '.') : Number.NaN)

export const pointRoute = route({
  method: 'GET',
  path: pointPath,
  access: 'place:look-up',
  query: Query,
  async handle(ctx, { query }) {
    const isAsked = query.vi !== undefined || query.kinh !== undefined
    const [lat, lon] = [readDegrees(query.vi ?? ''), readDegrees(query.kinh ?? '')]
    const errors: FormError[] = []
    if (isAsked && !(Math.abs(lat) <= 90))
      errors.push({ field: 'vi', message: 'Nhập vĩ độ từ -90 đến 90, ví dụ 12,2520.' })
    if (isAsked && !(Math.abs(lon) <= 180))
      errors.push({ field: 'kinh', message: 'Nhập kinh độ từ -180 đến 180, ví dụ 109,1967.' })
    const found = isAsked && errors.length === 0 ? await locate(ctx, lon, lat) : undefined
    const unit = found?.unit ?? found?.nearest
    return page({
      title: 'Tra cứu địa bàn',
      islands: ['here'],
      headers: { 'permissions-policy': 'camera=(), microphone=(), geolocation=(self)' },
      status: errors.length > 0 ? 422 : 200,
      lead: 'Một điểm trên bản đồ thuộc xã, phường, đặc khu nào của tỉnh.',
      body: (
        <div class="stack-large">
          <PlaceTabs current={pointPath} />
          <ErrorSummary errors={errors} title="Chưa tra cứu được" />
          {found && (
            <Notice tone={found.unit ? 'done' : 'warning'} title={found.words}>
              {unit && <a href={unitPath(unit.code)}>{`${unit.name} (${unit.code})`}</a>}
            </Notice>
          )}
          <Section title="Tọa độ của điểm">
            <Form action={pointPath} method="get" label="Tra theo tọa độ">
              <TextInput
                name="vi"
                label="Vĩ độ"
                hint="Hệ WGS 84, độ thập phân, ví dụ 12,2520."
                inputMode="decimal"
                width="10"
                value={query.vi}
                error={errorOf(errors, 'vi')}
              />
              <TextInput
                name="kinh"
                label="Kinh độ"
                hint="Ví dụ 109,1967."
                inputMode="decimal"
                width="10"
                value={query.kinh}
                error={errorOf(errors, 'kinh')}
              />
              <div class="row">
                <Button kind="primary">Tra cứu</Button>
              </div>
              {/* Shown by the module in the browser, where the browser can tell where it is. */}
              <div id="o-day" class="stack" hidden>
                <div class="row">
                  <Button type="button" icon="search">
                    Vị trí của tôi
                  </Button>
                </div>
                <p class="muted">Trình duyệt hỏi trước khi cho biết vị trí; vị trí chỉ dùng cho lần tra này.</p>
                <p role="status" />
              </div>
            </Form>
          </Section>
        </div>
      ),
    })
  },
})
