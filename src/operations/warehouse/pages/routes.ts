import type { Capability } from '#platform/capability'
import { handlePermission } from '../quarantine.ts'
import { seePersonal } from '../reading/personal.ts'
import { contractRoute } from './contract.tsx'
import { contractEditRoutes } from './contract-edit.tsx'
import { contractTrialRoutes } from './contract-trial.tsx'
import { draftAboutRoutes } from './draft-about.tsx'
import { draftColumnRoutes } from './draft-columns.tsx'
import { draftMappingRoutes } from './draft-mapping.tsx'
import { draftStartRoutes } from './draft-start.tsx'
import { draftTrialRoutes } from './draft-trial.tsx'
import { landingRoutes } from './landing.tsx'
import { listRoute } from './list.tsx'
import { processRoutes } from './process.tsx'
import { pullEditRoutes } from './pull-edit.tsx'
import { pullListRoutes } from './pulls.tsx'
import { quarantineListRoutes } from './quarantine-list.tsx'
import { quarantineRowRoutes } from './quarantine-row.tsx'
import { recordRoutes } from './record.tsx'
import { recordListRoute } from './record-list.tsx'
import { sourceRoutes } from './source.tsx'
import { uploadRoutes } from './upload.tsx'
import { listPath, processPath, quarantinePath, recordListPath } from './words.ts'

/** Everything of the warehouse that is seen in a browser. */
export const pageRoutes = [
  listRoute,
  ...sourceRoutes,
  contractRoute,
  ...contractEditRoutes,
  ...contractTrialRoutes,
  ...landingRoutes,
  ...uploadRoutes,
  ...pullListRoutes,
  ...pullEditRoutes,
  ...draftStartRoutes,
  ...draftAboutRoutes,
  ...draftColumnRoutes,
  ...draftMappingRoutes,
  ...draftTrialRoutes,
  recordListRoute,
  ...recordRoutes,
  ...quarantineListRoutes,
  ...quarantineRowRoutes,
  ...processRoutes,
]

export const pageMenu: NonNullable<Capability['menu']> = [
  { label: 'Nguồn dữ liệu', href: listPath, permission: 'source:read', order: 100, group: 'data' },
  { label: 'Cách ly', href: quarantinePath, permission: handlePermission, order: 110, group: 'data' },
  { label: 'Bản ghi', href: recordListPath, permission: 'source:read', order: 120, group: 'data' },
  { label: 'Phân tích quy trình', href: processPath, permission: 'process:view', order: 130, group: 'data' },
]

export const pagePermissions: NonNullable<Capability['permissions']> = {
  'source:read': ['leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor'],
  [seePersonal]: ['leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor'],
  'source:manage': ['custodian', 'administrator'],
  'process:view': ['analyst', 'administrator', 'auditor'],
  'record:import': ['custodian', 'administrator'],
}
