import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid, Problem } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import {
  Button,
  Checkbox,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  formatNumber,
  Notice,
  TextInput,
} from '#ui'
import { readPermission } from '../actions.ts'
import { bundleFile } from '../api.ts'
import { countExport, exportEntries } from '../export/actions.ts'
import { FilterQuery, filterWords, hiddenFilter, readFilter } from './filter.tsx'
import { listPath } from './words.ts'

/** A browser waits for no more; the command line has no bound. */
const mostOnPage = 200_000
const path = `${listPath}/xuat`

const ExportBody = z.object({
  ...FilterQuery.shape,
  lyDo: z.string().trim().max(500).default(''),
  moNoiDung: z.string().optional(),
})

export const exportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: readPermission,
    query: FilterQuery,
    handle: (ctx, { query }) => showForm(ctx, query),
  }),
  route({
    method: 'POST',
    path,
    access: readPermission,
    body: ExportBody,
    async handle(ctx, { body }) {
      const { lyDo, moNoiDung, ...query } = body
      const filter = readFilter(query)
      const reach = ctx.reach(readPermission)
      try {
        if ((await countExport(ctx, { ...filter, reach, limit: mostOnPage + 1 })) > mostOnPage) throw tooMany()
        return bundleFile('nhat-ky', await exportEntries(ctx, { filter, reach, purpose: lyDo, opens: !!moNoiDung }))
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw error
        const errors = error.fields.map((fault) => ({ field: fault.path, message: fault.message }))
        return showForm(ctx, query, { lyDo, opens: !!moNoiDung, errors })
      }
    },
  }),
]

const tooMany = () => {
  const message = `Mỗi lần trên trang xuất nhiều nhất ${formatNumber(mostOnPage)} bản ghi; xin lọc hẹp hơn, hoặc nhờ quản trị chạy lệnh tram ledger export.`
  return invalid(message, [{ path: 'lyDo', message }])
}

interface Typed {
  lyDo: string
  opens: boolean
  errors: readonly FormError[]
}

async function showForm(ctx: Context, query: FilterQuery, typed: Typed = { lyDo: '', opens: false, errors: [] }) {
  const { errors } = typed
  const count = await countExport(ctx, {
    ...readFilter(query),
    reach: ctx.reach(readPermission),
    limit: mostOnPage + 1,
  })
  const words = filterWords(query)
  return page({
    title: 'Xuất kèm bằng chứng',
    lead: 'Một tệp ZIP có chữ ký số, người nhận tự kiểm tra được mà không cần mạng và không cần tin hệ thống này.',
    crumbs: [{ label: 'Nhật ký', href: listPath }],
    status: errors.length > 0 ? 422 : undefined,
    body: (
      <div class="stack-large">
        <DescriptionList
          items={[
            {
              term: 'Điều kiện lọc',
              value: words.length > 0 ? words.join(' · ') : 'không lọc: mọi bản ghi trong phạm vi của ông/bà',
            },
            {
              term: 'Số bản ghi',
              value: count > mostOnPage ? `trên ${formatNumber(mostOnPage)}` : formatNumber(count),
            },
            {
              term: 'Trong tệp có',
              value:
                'bản ghi, bằng chứng từng bản ghi (RFC 6962), các mục của lô, điểm niêm phong đã ký, khóa công khai, hướng dẫn và chương trình kiểm tra',
            },
          ]}
        />
        {count > mostOnPage && (
          <Notice tone="warning" title="Quá nhiều bản ghi cho một lần tải trên trang">
            Xin quay lại lọc hẹp hơn, hoặc nhờ quản trị chạy lệnh <span class="code">tram ledger export</span>.
          </Notice>
        )}
        <Form action={path} label="Xuất kèm bằng chứng">
          <ErrorSummary errors={errors} title="Chưa xuất được" />
          {hiddenFilter(query)}
          <TextInput
            name="lyDo"
            label="Lý do xuất"
            hint="Được ghi vào nhật ký và vào tệp. Ví dụ: cung cấp cho Thanh tra tỉnh theo văn bản số …"
            value={typed.lyDo}
            maxLength={500}
            error={errors.find(({ field }) => field === 'lyDo')?.message}
          />
          <Checkbox
            name="moNoiDung"
            value="1"
            checked={typed.opens}
            label="Kèm bản đã mở của nội dung mã hóa"
            hint="Không chọn thì nội dung mã hóa giữ nguyên dạng bản mã. Nội dung đã hủy khóa không mở được nữa."
          />
          <Button kind="primary">Tải tệp bằng chứng</Button>
        </Form>
      </div>
    ),
  })
}
