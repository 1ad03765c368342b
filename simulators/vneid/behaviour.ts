// How the simulated VNeID behaves: set from the control port, looked at by everything else.
import { z } from 'zod'

export const tamperings = ['issuer', 'nonce', 'expired', 'forged', 'unsigned', 'audience'] as const
export type Tampering = (typeof tamperings)[number]

/** What the control port sets; what is left out stays. */
export const Change = z.strictObject({
  /** Before every answer. */
  latencyMs: z.int().min(0).max(60_000).optional(),
  /** Before the answers of the token endpoint, besides. */
  tokenLatencyMs: z.int().min(0).max(60_000).optional(),
  /** What the next sign-ins are answered with in place of the screen. */
  refusal: z.enum(['access_denied', 'server_error', 'temporarily_unavailable', 'none']).optional(),
  /** What is wrong with the identity tokens handed out. */
  tamper: z.enum([...tamperings, 'none']).optional(),
  /** The `iss` beside the code names another provider (RFC 9207). */
  foreignIssuer: z.boolean().optional(),
  /** The token endpoint answers 503. */
  tokenFault: z.boolean().optional(),
})
export type Behaviour = Required<z.infer<typeof Change>>

export const usual: Behaviour = {
  latencyMs: 0,
  tokenLatencyMs: 0,
  refusal: 'none',
  tamper: 'none',
  foreignIssuer: false,
  tokenFault: false,
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
