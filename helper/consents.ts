// What the signer was asked and what he said. A consent names every document; each of them is signed once, and with the last one, a
// refusal or its end the way to the key is forgotten.
import { randomBytes } from 'node:crypto'
import type { Keys, SignDigest } from './keys.ts'
import { type ConsentWish, Refusal, type SigningWish } from './trust.ts'

export interface Consent {
  id: string
  /** Opens the window: known to who asked, and to nobody who guesses. */
  key: string
  /** In the window's form: shows that it was sent from there. */
  formKey: string
  origin: string
  wish: ConsentWish
  state: 'waiting' | 'given' | 'refused' | 'done' | 'expired'
  endsAt: number
  left: Set<string>
  wrongPins: number
  sign?: SignDigest
}

const mostOpen = 20
const waitingMs = 10 * 60_000
/** A given consent with which nothing was signed for so long is over. */
const idleMs = 10 * 60_000
const mostWrongPins = 3

export interface Consents {
  ask(origin: string, wish: ConsentWish & { jti: string }): Consent
  find(id: string): Consent
  /** @throws TokenFault for a wrong PIN; after the third it is refused. */
  give(consent: Consent, pin: string): Promise<void>
  refuse(consent: Consent): void
  sign(origin: string, wish: SigningWish): Promise<{ sha256: string; signature: string }[]>
}

export function openConsents(keys: Keys): Consents {
  const open = new Map<string, Consent>()

  const end = (consent: Consent, state: Consent['state']) => {
    consent.state = state
    consent.sign = undefined
  }

  const tidy = () => {
    const now = Date.now()
    for (const consent of open.values()) {
      if (consent.endsAt > now) continue
      if (consent.state === 'waiting' || consent.state === 'given') {
        end(consent, 'expired')
        consent.endsAt = now + waitingMs
      } else open.delete(consent.id)
    }
  }

  const find = (id: string): Consent => {
    tidy()
    const consent = open.get(id)
    if (!consent) throw new Refusal(404, 'consent', 'there is no such consent')
    return consent
  }

  return {
    find,
    ask(origin, wish) {
      tidy()
      if (open.size >= mostOpen) throw new Refusal(429, 'busy', 'too many consents are asked for')
      const consent: Consent = {
        id: wish.jti,
        key: randomBytes(16).toString('hex'),
        formKey: randomBytes(16).toString('hex'),
        origin,
        wish,
        state: 'waiting',
        endsAt: Date.now() + waitingMs,
        left: new Set(wish.documents.map(({ sha256 }) => sha256)),
        wrongPins: 0,
      }
      open.set(consent.id, consent)
      return consent
    },
    async give(consent, pin) {
      if (consent.state !== 'waiting') throw new Refusal(409, 'consent', 'it was answered before')
      try {
        consent.sign = await keys.unlock(consent.wish.certificate, pin)
      } catch (error) {
        consent.wrongPins += 1
        if (consent.wrongPins >= mostWrongPins) end(consent, 'refused')
        throw error
      }
      consent.state = 'given'
      consent.endsAt = Date.now() + idleMs
    },
    refuse(consent) {
      if (consent.state === 'waiting' || consent.state === 'given') end(consent, 'refused')
    },
    async sign(origin, wish) {
      const consent = find(wish.consent)
      const { sign } = consent
      if (consent.origin !== origin || consent.state !== 'given' || !sign)
        throw new Refusal(403, 'consent', 'the signer has not consented')
      const stranger = wish.items.find(({ sha256 }) => !consent.left.has(sha256))
      if (stranger || new Set(wish.items.map(({ sha256 }) => sha256)).size < wish.items.length)
        throw new Refusal(403, 'document', 'a document was not consented to, or is signed already')
      const signatures: { sha256: string; signature: string }[] = []
      for (const { sha256, digest } of wish.items) {
        // Taken off first: whatever happens, nothing is signed twice under one consent.
        consent.left.delete(sha256)
        signatures.push({ sha256, signature: (await sign(Buffer.from(digest, 'hex'))).toString('base64') })
        consent.endsAt = Date.now() + idleMs
      }
      if (consent.left.size === 0) end(consent, 'done')
      return signatures
    },
  }
}
