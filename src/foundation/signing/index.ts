export { signing } from './capability.ts'
export type { SigningAlgorithm } from './cms/algorithms.ts'
export { signatureEnded } from './events.ts'
export type {
  Appearance,
  Box,
  PreparedSignature,
  PreparedState,
  SignatureRequest,
  SigningMeans,
} from './pades/means.ts'
export { completeSignature, prepareSignature, type StampTime, signPdf } from './pades/sign.ts'
export { requestSignature, type SignatureWish } from './requests/actions.ts'
