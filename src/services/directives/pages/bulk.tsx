// Several tasks at once: each is done in a transaction of its own, and those that were refused are named with the reason.
import { z } from 'zod'
import { localDate } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { invalid, Problem } from '#platform/errors'
import { type Route, redirect, route, safeReturnPath } from '#platform/http'
import { Button, Select, TextInput, withQuery } from '#ui'
import { verifyResult, withdrawTask } from '../closing/verify.ts'
import { issueDirective } from '../giving/issue.ts'
import { listPath } from '../paths.ts'
import { getWhole } from '../reading/find.ts'
import { readPermission } from '../rights.ts'
import { remindAgency } from '../working/remind.ts'

const deeds = {
  nhac: 'Nhắc cơ quan chủ trì',
  'ban-hanh': 'Ban hành (cùng số, ngày hôm nay)',
  'xac-nhan': 'Xác nhận hoàn thành',
  'thu-hoi': 'Thu hồi',
} as const
type BulkDeed = keyof typeof deeds

const Body = z.object({
  chon: z.union([z.string().max(40), z.array(z.string().max(40)).max(100)]).default([]),
  viec: z.enum(Object.keys(deeds) as [BulkDeed]),
  'ly-do': z.string().max(4000).default(''),
  so: z.string().max(60).default(''),
  ve: z.string().max(1000).default(listPath),
})

export const bulkRoute: Route = route({
  method: 'POST',
  path: `${listPath}/hang-loat`,
  access: readPermission,
  body: Body,
  async handle(ctx, { body }) {
    const codes = [...new Set(Array.isArray(body.chon) ? body.chon : [body.chon])].filter(Boolean)
    const back = safeReturnPath(body.ve)
    const faults: string[] = []
    let done = 0
    if (codes.length === 0) faults.push('chưa chọn nhiệm vụ nào; đánh dấu ở cột “Chọn” trước.')
    for (const code of codes) {
      try {
        await doOne(ctx, code, body)
        done += 1
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500) throw error
        faults.push(`${code}: ${error.message}`)
      }
    }
    const place = back.startsWith(listPath) ? back : listPath
    return redirect(withQuery(place, { xong: done, loi: faults.join(' ').slice(0, 580) || undefined }))
  },
})

async function doOne(ctx: Context, code: string, body: z.infer<typeof Body>): Promise<void> {
  switch (body.viec) {
    case 'nhac':
      await remindAgency(ctx, code)
      return
    case 'xac-nhan':
      await verifyResult(ctx, { code }, body['ly-do'])
      return
    case 'thu-hoi':
      await withdrawTask(ctx, { code }, body['ly-do'])
      return
    case 'ban-hanh': {
      if (!body.so.trim()) throw invalid('Nhập số, ký hiệu văn bản để ban hành.')
      const { directive } = await getWhole(ctx, code)
      const { timeZone } = (await getHomePack(ctx.sql)).card
      await issueDirective(ctx, directive.code, { number: body.so.trim(), on: localDate(ctx.now, timeZone) })
    }
  }
}

export function BulkBar({ back, mayGive, mayIssue }: { back: string; mayGive: boolean; mayIssue: boolean }) {
  const offered = (Object.keys(deeds) as BulkDeed[]).filter((deed) => (deed === 'ban-hanh' ? mayIssue : mayGive))
  return (
    <fieldset class="panel stack">
      <legend>Làm với các nhiệm vụ đã chọn</legend>
      <input type="hidden" name="ve" value={back} />
      <div class="filters">
        <Select name="viec" label="Việc" options={offered.map((deed) => ({ value: deed, label: deeds[deed] }))} />
        {mayIssue && <TextInput name="so" label="Số văn bản (khi ban hành)" width="20" optional maxLength={60} />}
        <TextInput name="ly-do" label="Lý do, nhận xét" width="20" optional maxLength={4000} />
        <Button>Thực hiện</Button>
      </div>
    </fieldset>
  )
}
