/**
 * The library's tables. What it hands out (codes, tokens, cookies) is known here by its hash only; the payload is kept without its id,
 * which whoever asks brings along. A code, a refresh token and an assertion's id are used up by one statement each: of two requests at
 * the same time one is refused.
 */
import type { Adapter, AdapterPayload, errors } from 'oidc-provider'
import { hashArtifact } from '../actions/secrets.ts'
import { sessionIdleMs } from '../model.ts'
import { type Call, getCall } from './call.ts'
import { metadataOf } from './client-metadata.ts'
import { clientId, lifeSeconds } from './model.ts'
import { ownClientId, ownMetadata } from './own-client.ts'
import * as store from './store.ts'

const livenessOf = ({ ctx: { now } }: Call): store.Liveness => ({
  now,
  seenSince: new Date(now.getTime() - sessionIdleMs),
})

export function createAdapters(issuer: string, errorTypes: typeof errors): (model: string) => Adapter {
  const clients = clientAdapter(issuer)
  return (model) => (model === 'Client' ? clients : new ArtifactAdapter(model, errorTypes))
}

const nothing = async () => undefined

const clientAdapter = (issuer: string): Adapter => ({
  async find(id) {
    if (id === ownClientId) return ownMetadata(issuer) as AdapterPayload
    const client = clientId.test(id) ? await store.findClient(getCall().ctx.sql, id) : undefined
    return client && !client.disabledAt ? (metadataOf(client) as AdapterPayload) : undefined
  },
  upsert: nothing,
  destroy: nothing,
  consume: nothing,
  revokeByGrantId: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
})

class ArtifactAdapter implements Adapter {
  readonly #model: string
  readonly #errors: typeof errors

  constructor(model: string, errorTypes: typeof errors) {
    this.#model = model
    this.#errors = errorTypes
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const call = getCall()
    const artifact = this.#artifactOf(call, id, payload, expiresIn ?? lifeSeconds.session)
    if (this.#model !== 'ReplayDetection') return store.putArtifact(call.ctx.sql, artifact)
    if (!(await store.insertArtifact(call.ctx.sql, artifact)))
      throw new this.#errors.InvalidClientAuth('client assertion tokens must only be used once')
  }

  #artifactOf(call: Call, id: string, payload: AdapterPayload, lives: number): store.Artifact {
    const { jti: _, session, ...kept } = payload
    // The cookie of the session is a key to it.
    if (session) kept.session = { ...session, cookie: undefined }
    const isSession = this.#model === 'Session'
    const isOwn = isSession && payload.accountId !== undefined && payload.accountId === call.browser?.subject
    return {
      idHash: hashArtifact(this.#model, id),
      model: this.#model,
      payload: kept,
      // The own one stands in no table.
      client: payload.clientId === ownClientId ? undefined : payload.clientId,
      grantId: this.#model === 'Grant' ? id : payload.grantId,
      uid: isSession ? payload.uid : undefined,
      session: isOwn ? call.browser?.id : undefined,
      expiresAt: new Date(call.ctx.now.getTime() + lives * 1000),
    }
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const call = getCall()
    const idHash = hashArtifact(this.#model, id)
    const found =
      this.#model === 'Session'
        ? await store.findProviderSession(call.ctx.sql, { idHash, session: call.browser?.id }, livenessOf(call))
        : await store.findArtifact(call.ctx.sql, this.#model, idHash)
    return found && payloadOf(found, id)
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const call = getCall()
    const found = await store.findProviderSession(call.ctx.sql, { uid }, livenessOf(call))
    return found && payloadOf(found, undefined)
  }

  async findByUserCode(): Promise<undefined> {}

  async consume(id: string): Promise<void> {
    const { ctx } = getCall()
    if (await store.consumeArtifact(ctx.sql, hashArtifact(this.#model, id), ctx.now)) return
    const found = await this.find(id)
    if (found?.grantId) await store.deleteGranted(ctx.sql, [found.grantId])
    throw new this.#errors.InvalidGrant('already used, by a request at the same time')
  }

  async destroy(id: string): Promise<void> {
    await store.deleteArtifact(getCall().ctx.sql, this.#model, hashArtifact(this.#model, id))
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await store.deleteGranted(getCall().ctx.sql, [grantId], this.#model)
  }
}

const payloadOf = ({ payload, consumedAt }: store.FoundArtifact, jti: string | undefined): AdapterPayload => ({
  ...payload,
  ...(jti === undefined ? {} : { jti }),
  ...(consumedAt ? { consumed: Math.floor(consumedAt.getTime() / 1000) } : {}),
})
