export { warehouse } from './capability.ts'
export { getContract, keepContract, loadContracts, readContract } from './contracts.ts'
export { recordsChanged } from './events.ts'
export { findLandingEvidence, listRecordHashes } from './evidence.ts'
export { type ImportOutcome, importBytes, processSource } from './import.ts'
export { type Field, type FieldType, type Kind, type KindName, kindNames, kindOf, kinds } from './kinds.ts'
export {
  findRecord,
  type LineFate,
  listCanonicalRows,
  listVersions,
  type RecordVersion,
  readRecordText,
  traceLine,
} from './lineage.ts'
export {
  Basis,
  Cadence,
  type Channel,
  Code,
  Contract,
  type LandingCounts,
  type Outcome,
  type RecordFault,
} from './model.ts'
export { type FormPart, FormSelect, FormText, type FormValues, formList, formText } from './pages/form-fields.tsx'
export { SourceTabs } from './pages/parts.tsx'
export { openRecord } from './pages/record.tsx'
export { RecordTabs } from './pages/record-parts.tsx'
export { BasisFields, CadenceFields, readBasis, readCadence, termsForm } from './pages/terms.tsx'
export { fileFaultWords as tableFaultWords } from './pages/trial-parts.tsx'
export {
  basisWords,
  cadenceWords,
  listPath as sourceListPath,
  pullsPath,
  recordListPath,
  recordPath,
  sourcePath,
  uploadPath,
} from './pages/words.ts'
export type { ActivityView, FlowView, HandoverView, LateCause, ProcessView, VariantView } from './process/analyse.ts'
export { type ProcessQuery, viewProcess } from './process/read.ts'
export {
  dismissRecord,
  mendRecord,
  type ReplayOutcome,
  replayRecord,
  returnRecord,
} from './quarantine.ts'
export { Condition, dependsOnToday, FieldName, findConditionFault, findFieldType } from './query.ts'
export { findFirstArrivals, listArrivals, listLastArrivals } from './reading/arrivals.ts'
export { type DescribedSource, describeSources } from './reading/described.ts'
export { exportQuarantine, exportRecords } from './reading/export.ts'
export { listFreshness, type SourceFreshness } from './reading/freshness.ts'
export { groupRecords, type RecordGroup } from './reading/groups.ts'
export { type HourSum, hasHours, sumByHour } from './reading/hours.ts'
export { findByKey, type KeyHit } from './reading/keys.ts'
export { findLateness, type Lateness } from './reading/lateness.ts'
export {
  findRecordSubject,
  listRecordCells,
  type RecordCell,
  type RecordQuestion,
  type RecordSubject,
} from './reading/matches.ts'
export { getReadableSource } from './reading/scope.ts'
export { readTableTexts } from './reading/table-texts.ts'
export {
  countRecords,
  type FoundRecord,
  listRecords,
  listSourcesByPack,
  type RecordMark,
  type RecordQuery,
  readRecordMark,
  type ScopedOrganisation,
  writeRecordMark,
} from './records.ts'
export { applyContract, type ContractDifference, tryContract } from './revision.ts'
export { type AskedCells, type SumMeasure, type SumQuery, sumRecords } from './sums.ts'
export { type Touch, takeTouches } from './touches.ts'
