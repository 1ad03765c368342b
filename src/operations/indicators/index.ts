export { type Benchmark, listBenchmarks } from './benchmarks.ts'
export { indicators } from './capability.ts'
export { isComputed, listMeasureSources, type StoredDefinition } from './computation/plan.ts'
export { processTouches, recomputeAll } from './computation/process.ts'
export { mergerWords } from './definition-form/choices.ts'
export { editDefinition, loadDefinitions, retireIndicator } from './definitions.ts'
export {
  approveEntries,
  mayHandle,
  publishEntries,
  returnEntries,
  saveEntries,
  type TypedFigure,
} from './entries/actions.ts'
export { listLocks, lockDuePeriods, lockPeriod, type PeriodLock, reopenPeriod } from './entries/locks.ts'
export { typesForWhole } from './entries/rules.ts'
export { getEntrySheet, listWaiting, type SheetRow } from './entries/sheet.ts'
export type { Entry } from './entries/store.ts'
export { factsChanged } from './events.ts'
export { Definition, type Fact, type PeriodKind, periodKinds } from './model.ts'
export { entryPath } from './pages/words.ts'
export { type ArrivedFigure, findArrivedFigures, listTypedEver } from './reading/arrived-figures.ts'
export {
  countRecordsBehind,
  factMoment,
  groupRecordsBehind,
  listMeasuresBehind,
  listRecordsBehind,
  type MeasureBehind,
} from './reading/behind.ts'
export { type Card, type CardQuery, listCards } from './reading/cards.ts'
export { findDefinition, listDefinitions } from './reading/definitions.ts'
export { exportFacts, factExportColumns } from './reading/export.ts'
export {
  type Completeness,
  findFirstKnown,
  getDefinition,
  getDefinitionAt,
  getFact,
  kindOfPeriod,
  listCorrections,
  listFacts,
  listVersions,
  type ReadFact,
} from './reading/facts.ts'
export { describeFormula, describeMeasure, labelOf } from './reading/formula-words.ts'
export { type HourlyCourse, isHourly, listHourlySeries, listHours, sendsByHour } from './reading/hours.ts'
export {
  accumulates,
  elapsedShare,
  isAdditive,
  type Judgement,
  judge,
  outlookOf,
  type ResolvedTarget,
  resolveTarget,
  type Standing,
} from './reading/judging.ts'
export { type RankedUnit, rankUnits } from './reading/ranking.ts'
export { reachOfReader, requireReading } from './reading/reach.ts'
export { listRemarksOf, type Remark } from './reading/remarks.ts'
export { restate } from './reading/restated.ts'
export { describeRestated, listRestated, type RestatedUnit } from './reading/restated-units.ts'
export { searchIndicators } from './reading/search.ts'
export { listAreaFacts, listAreaPeriods, listSeries, listSpanFacts } from './reading/series.ts'
export { listUnitFacts, type UnitFact } from './reading/unit-facts.ts'
export { daysLearned, type UsualBand, usualBandOf } from './reading/usual-band.ts'
export { listViewers, type PageView, recordPageView } from './reading/views.ts'
export { answerRemark, mayAnswer, writeRemark } from './remarks/actions.ts'
export { listDefinitionVersions } from './store.ts'
export { type NewTarget, setTarget } from './targets.ts'
