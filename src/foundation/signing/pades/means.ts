import type { SigningAlgorithm } from '../cms/algorithms.ts'

/** Who signs: a certificate chain (DER, leaf first) and something that signs a digest, wherever the key lies. */
export interface SigningMeans {
  chain: readonly Uint8Array[]
  algorithm: SigningAlgorithm
  /** Signs a SHA-256 digest (32 bytes): PKCS#1 v1.5 with its DigestInfo, PSS with 32 bytes of salt, or ECDSA as DER or as r and s. */
  sign(digestSha256: Uint8Array): Promise<Uint8Array>
}

/** Where a signature is seen, in points from the lower left corner of the page as it lies in the file. */
export interface Appearance {
  /** The first page is 0. */
  page: number
  box: Box
  /** PNG, transparent where paper shows; fitted into the box. */
  image?: Uint8Array
  /** Under one another from the top, in Tinos. */
  lines?: readonly string[]
  /** Points; 10 unless said. */
  fontSize?: number
}

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface SignatureRequest {
  pdf: Uint8Array
  /** DER, leaf first; the root may be left out. */
  chain: readonly Uint8Array[]
  algorithm: SigningAlgorithm
  /** Time of the signer's clock, written into the signature; the proof of time is the time stamp. */
  at: Date
  /** As people read it; absent: the certificate's name. */
  signerName?: string
  reason?: string
  location?: string
  /** Absent: nothing is seen on the page. */
  appearance?: Appearance
}

/** What is kept between the two steps beside `pdf`: plain JSON. */
export interface PreparedState {
  /** Offsets of `ByteRange`: four numbers. */
  byteRange: readonly [number, number, number, number]
  /** Base64, the SET that is signed. */
  signedAttributes: string
  /** Base64, DER, leaf first. */
  chain: readonly string[]
  algorithm: SigningAlgorithm
  /** Name of the field that is signed. */
  field: string
}

export interface PreparedSignature {
  /** The document with room for the signature. */
  pdf: Buffer
  /** SHA-256 of the signed attributes, 32 bytes: this is what the signer's key signs. */
  digest: Buffer
  state: PreparedState
}
