import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { Button, Form, type FormError, More, Section, Select, Table, TextInput } from '#ui'
import { type FormValues, formText } from '#warehouse'
import type { StoredDefinition } from '../computation/plan.ts'
import type { Definition } from '../model.ts'
import { definitionPath, showPeriod, showValue } from './words.ts'

interface TargetsProps {
  definition: StoredDefinition
  showing: { typed?: FormValues; errors: readonly FormError[] }
  units: readonly { value: string; label: string }[]
  names: ReadonlyMap<string, string>
}

export function Targets({ definition, showing, units, names }: TargetsProps) {
  const { body, code, rootOrganisation } = definition
  const { typed = {}, errors } = showing
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <Section title="Kế hoạch giao" id="ke-hoach">
      <Table
        caption="Kế hoạch giao theo kỳ và đơn vị"
        hideCaption
        rows={body.targets}
        rowKey={({ period, organisation }) => `${period}${organisation}`}
        columns={[
          { key: 'period', title: 'Kỳ', cell: ({ period }) => showPeriod(period) },
          {
            key: 'organisation',
            title: 'Đơn vị',
            phone: true,
            cell: ({ organisation }) => names.get(organisation ?? rootOrganisation) ?? 'Toàn tỉnh',
          },
          { key: 'value', title: 'Kế hoạch', kind: 'number', phone: true, cell: ({ value }) => showValue(value, body) },
          { key: 'basis', title: 'Căn cứ', phone: true, cell: ({ basis }) => basis },
        ]}
        empty={{ title: 'Chưa giao kế hoạch', words: 'Thẻ chỉ tiêu khi đó không có đường kế hoạch.' }}
      />
      <More
        title="Giao hoặc sửa kế hoạch"
        open={errors.some(({ field }) => ['ky-giao', 'gia-tri', 'can-cu-giao'].includes(field))}
      >
        <Form action={`${definitionPath(code)}/ke-hoach`} label="Giao kế hoạch">
          <Select name="don-vi" label="Đơn vị" value={formText(typed, 'don-vi') || rootOrganisation} options={units} />
          <TextInput
            name="ky-giao"
            label="Kỳ"
            hint="2026, 2026-Q1 hoặc 2026-03"
            width="10"
            value={formText(typed, 'ky-giao')}
            error={errorOf('ky-giao')}
            maxLength={12}
          />
          <TextInput
            name="gia-tri"
            label="Kế hoạch"
            hint="Để trống: bỏ kế hoạch đã giao."
            unit={body.unit}
            width="10"
            inputMode="decimal"
            value={formText(typed, 'gia-tri')}
            error={errorOf('gia-tri')}
            maxLength={30}
          />
          <TextInput
            name="can-cu-giao"
            label="Văn bản giao"
            hint="Số, ngày của văn bản."
            value={formText(typed, 'can-cu-giao')}
            error={errorOf('can-cu-giao')}
            maxLength={300}
          />
          <Button kind="primary">Giao kế hoạch</Button>
        </Form>
      </More>
    </Section>
  )
}

/** Names of the organisations that have targets. */
export async function namesOfTargets(ctx: Context, body: Definition): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const { organisation } of body.targets)
    if (organisation) names.set(organisation, (await findOrganisation(ctx.sql, organisation))?.name ?? organisation)
  return names
}
