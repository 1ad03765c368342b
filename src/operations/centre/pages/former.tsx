// The periods of before a merger: each former authority by itself, and what the rule of the definition makes of them together.

import { type Definition, restate } from '#indicators'
import { More, Table } from '#ui'
import type { Course } from './course.tsx'
import { capital, sayFigure, sayPeriod } from './words.ts'

export function FormerFigures({ body, course }: { body: Definition; course: Course }) {
  const { former, formerCount, periods } = course
  if (former.length === 0) return null
  const rows = periods.flatMap((period, index) => {
    const facts = former.map(({ facts }) => facts[index])
    if (facts.every((fact) => fact === undefined)) return []
    // One of which nothing is known in the whole course is lacking all the same.
    const all = [...facts, ...Array.from({ length: formerCount - former.length }, () => undefined)]
    return [{ period, facts, together: restate(body, all) }]
  })
  const rule = rules[body.merger]
  return (
    <More title="Số liệu trước sáp nhập của từng đơn vị cũ">
      <Table
        caption={`Trước sáp nhập; ${rule}. Không nối với số liệu sau sáp nhập.`}
        plain
        rows={rows}
        rowKey={({ period }) => period}
        columns={[
          { key: 'period', title: 'Kỳ', cell: ({ period }) => capital(sayPeriod(period)) },
          ...former.map(({ name }, at) => ({
            key: `former-${at}`,
            title: name,
            kind: 'number' as const,
            phone: true,
            cell: ({ facts }: (typeof rows)[number]) => {
              const value = facts[at]?.value
              return value === null || value === undefined ? 'chưa có số liệu' : sayFigure(body, value)
            },
          })),
          ...(body.merger === 'not-comparable'
            ? []
            : [
                {
                  key: 'together',
                  title: 'Tính lại theo quy tắc',
                  kind: 'number' as const,
                  phone: true,
                  cell: ({ together }: (typeof rows)[number]) =>
                    together === undefined ? 'chưa đủ số của các đơn vị cũ' : sayFigure(body, together),
                },
              ]),
        ]}
      />
    </More>
  )
}

const rules: Record<Definition['merger'], string> = {
  sum: 'tính lại là cộng số của các đơn vị cũ',
  weighted: 'tính lại là bình quân có trọng số theo mẫu số',
  mean: 'tính lại là bình quân của các đơn vị cũ',
  'not-comparable': 'chỉ tiêu này không tính lại được cho đơn vị mới',
}
