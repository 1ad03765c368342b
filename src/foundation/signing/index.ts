export { claimPublicCode, publicPath, publishDocument, withdrawDocument } from './actions.ts'
export { signing } from './capability.ts'
export type { SigningAlgorithm } from './cms/algorithms.ts'
export { signatureEnded } from './events.ts'
export {
  attachmentAppearance,
  findSignaturePlaces,
  type PlaceQuestion,
  requireSignedByPerson,
  type SignaturePlaces,
} from './layout/decree.ts'
export { hasSeal } from './means/seal-store.ts'
export type {
  Appearance,
  Box,
  PreparedSignature,
  PreparedState,
  SignatureRequest,
  SigningMeans,
} from './pades/means.ts'
export { completeSignature, prepareSignature, type StampTime, signPdf } from './pades/sign.ts'
export { requestSignature, type SignatureWish, withdrawSignature } from './requests/actions.ts'
export { addDocumentStamp, addValidationData } from './trust/long-term.ts'
export { stampTimeOf } from './trust/stamp.ts'
export type { DocumentReport, Finding, SignatureReport } from './verification/report.ts'
export { validateDocument } from './verification/validate.ts'
