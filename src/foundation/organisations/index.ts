export {
  type Correction,
  correctOrganisation,
  createOrganisation,
  type Dissolution,
  declareAreaWeights,
  dissolveOrganisation,
  type Merge,
  type Move,
  managePermission,
  mergeOrganisations,
  moveOrganisation,
  type Rename,
  renameOrganisation,
  type Split,
  splitOrganisation,
} from './actions.ts'
export { type AsOf, Moment, readAsOf, readMoment } from './as-of.ts'
export { organisations } from './capability.ts'
export { tidyAgencyCode } from './codes/agency-codes.ts'
export { organisationChanged } from './events.ts'
export {
  AreaFile,
  type AreaKind,
  type AreaPredecessor,
  type AreaRow,
  areaLevel,
  citeDecision,
  Decision,
  dayIn,
  findFaults,
  NewOrganisation,
  OrganisationFile,
  type OrganisationKind,
  type OrganisationRow,
  PackCard,
} from './model.ts'
export { searchKey, tidyName } from './names/vietnamese.ts'
export {
  createPosition,
  leaveAllPositions,
  managePositions,
  recordAppointment,
  recordLeaving,
} from './offices/actions.ts'
export { seatPeople } from './offices/load.ts'
export { Appointment, organisationOf, PositionCode } from './offices/model.ts'
export { listOffices, type Office, sayPosition, sayPositionsOf, seatsOn } from './offices/read.ts'
export type { Seat } from './offices/store.ts'
export { officesPath, positionPath } from './offices/words.ts'
export { type LoadOutcome, loadOrganisations } from './pack/load.ts'
export { DeedFields } from './pages/change.tsx'
export { readDeed } from './pages/forms.ts'
export { areaKindWords, listPath } from './pages/words.ts'
export { type Place, type PlaceLink, standsFor } from './places/country.ts'
export { openCountry, openResolver, resolveMany } from './places/gazetteer.ts'
export { searchPlaces } from './places/reconcile.ts'
export type { Resolution } from './places/resolve.ts'
export { placeInWords, placeStateWords, resolutionInWords } from './places/words-of.ts'
export {
  headBlockFor,
  listOwnSigning,
  type OwnSigning,
  requireSignatureBlock,
  type SignatureWish,
  signatureBlockFor,
  signatureFacts,
} from './signing-authority/actions.ts'
export { type DocumentKind, documentKinds, isDocumentKind } from './signing-authority/document-kinds.ts'
export type { SignatureBlock, SigningAnswer } from './signing-authority/model.ts'
export {
  type Area,
  type AreaSuccession,
  type At,
  type LoadedPack,
  listAreaParentage,
  listAreaSuccessions,
  listLoadedPacks,
  listOrganisationParentage,
  listOrganisationVersions,
  listSuccessionsOf,
  type Organisation,
  type Parentage,
  type Succession,
} from './store.ts'
export { type Forerunner, forerunnersOf, type Step, stepsBetween } from './tree/forerunners.ts'
export { branchOf, type Tree, type TreeNode } from './tree/preorder.ts'
export {
  type AreaTree,
  allCodes,
  ancestorsOf,
  areaAncestorsOf,
  areaTree,
  type Codes,
  findArea,
  findOrganisation,
  getHomePack,
  getOrganisation,
  homeToday,
  listAreaDescendantCodes,
  listDescendantCodes,
  listOrganisations,
  listReachedCodes,
  listReachingCodes,
  mapAliases,
  matchAreas,
  type OrganisationFilter,
  type OrganisationTree,
  organisationTree,
  today,
} from './tree/read.ts'
export { listAreaSteps, listOrganisationSteps } from './tree/steps.ts'
