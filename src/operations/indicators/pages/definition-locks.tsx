import { Button, Form, type FormError, More, Section, Select, Table, TextInput, Time } from '#ui'
import { type FormValues, formText } from '#warehouse'
import type { StoredDefinition } from '../computation/plan.ts'
import type { OpenLock } from '../reading/locks.ts'
import { definitionPath, sayAccount, showPeriod } from './words.ts'

interface LocksProps {
  definition: StoredDefinition
  locks: readonly OpenLock[]
  showing: { typed?: FormValues; errors: readonly FormError[] }
  units: readonly { value: string; label: string }[]
}

export function Locks({ definition, locks, showing, units }: LocksProps) {
  const { code, rootOrganisation } = definition
  const { typed = {}, errors } = showing
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <Section title="Chốt số liệu" id="chot">
      <Table
        caption="Các kỳ đã chốt"
        hideCaption
        rows={locks}
        rowKey={({ id }) => String(id)}
        columns={[
          { key: 'period', title: 'Kỳ', cell: ({ period }) => showPeriod(period) },
          {
            key: 'organisation',
            title: 'Đơn vị',
            cell: ({ organisation }) => units.find(({ value }) => value === organisation)?.label ?? organisation,
          },
          {
            key: 'at',
            title: 'Chốt lúc',
            phone: true,
            kind: 'nowrap',
            cell: ({ lockedAt }) => <Time at={lockedAt} exact />,
          },
          { key: 'by', title: 'Người chốt', cell: ({ lockedBy }) => sayAccount(lockedBy) },
          {
            key: 'reopened',
            title: 'Mở lại',
            phone: true,
            cell: ({ reopenedAt, reopenedBasis }) => (reopenedAt ? `theo ${reopenedBasis}` : 'đang chốt'),
          },
        ]}
        empty={{ title: 'Chưa kỳ nào được chốt', words: 'Số liệu nhập tay tự chốt khi hết hạn của kỳ.' }}
      />
      <More title="Chốt hoặc mở lại một kỳ" open={errors.some(({ field }) => ['ky-chot', 'van-ban'].includes(field))}>
        <Form action={`${definitionPath(code)}/chot`} label="Chốt số liệu">
          <Select
            name="don-vi-chot"
            label="Đơn vị, kể cả các đơn vị bên dưới"
            value={formText(typed, 'don-vi-chot') || rootOrganisation}
            options={units}
          />
          <TextInput
            name="ky-chot"
            label="Kỳ"
            hint="2026, 2026-Q1 hoặc 2026-03"
            width="10"
            value={formText(typed, 'ky-chot')}
            error={errorOf('ky-chot')}
            maxLength={12}
          />
          <TextInput
            name="van-ban"
            label="Văn bản cho phép mở lại"
            optional
            hint="Bắt buộc khi mở lại, ví dụ 123/UBND-TH ngày 05/11/2026. Số đã chốt và số mới đều được giữ."
            value={formText(typed, 'van-ban')}
            error={errorOf('van-ban')}
            maxLength={300}
          />
          <div class="row">
            <Button name="viec" value="chot">
              Chốt kỳ này
            </Button>
            <Button name="viec" value="mo">
              Mở lại theo văn bản
            </Button>
          </div>
        </Form>
      </More>
    </Section>
  )
}
