/** The agency's seal: a key in an HSM or token of the server, reached through PKCS#11. Its PIN is kept sealed and is shown to nobody. */
import { appendEntry } from '#ledger'
import { findOrganisation, getOrganisation, today } from '#organisations'
import { type Config, programEnvironment } from '#platform/config'
import type { Context } from '#platform/context'
import { invalid, notFound, Problem } from '#platform/errors'
import { readCertificate } from '../certificates/model.ts'
import { findByFingerprint } from '../certificates/store.ts'
import { refuseUnusable, requireUsable } from '../certificates/usable.ts'
import { openTokens, type TokenCertificate, TokenFault, type Tokens } from './pkcs11-tool.ts'
import { findSeal, putSeal, type SealRow, setSealDisabled } from './seal-store.ts'
import { openPin, sealPin } from './sealed-pin.ts'

export const manageSeals = 'seal:manage'

const opened = new WeakMap<Config, Tokens>()

/** The tokens of this program: one queue for all who sign. */
export function tokensOf(config: Config): Tokens {
  const known = opened.get(config)
  if (known) return known
  const tokens = openTokens({ tool: config.signing.tool, environment: programEnvironment() })
  opened.set(config, tokens)
  return tokens
}

const faultWords: Record<string, string> = {
  'no-tool': 'Máy chủ chưa có pkcs11-tool (gói opensc), nên chưa dùng được con dấu số.',
  'no-token': 'Không thấy thiết bị giữ khóa của con dấu. Hãy báo quản trị kiểm tra thiết bị.',
  'pin-wrong':
    'Mã PIN của con dấu không đúng. Hãy báo quản trị nhập lại; không thử nhiều lần để thiết bị khỏi bị khóa.',
  'pin-locked': 'Thiết bị giữ con dấu đã khóa vì sai mã PIN. Hãy liên hệ nơi cấp chứng thư số.',
  slow: 'Thiết bị giữ con dấu không trả lời kịp. Xin thử lại sau ít phút.',
  busy: 'Đang có quá nhiều văn bản chờ đóng dấu. Xin thử lại sau ít phút.',
}

/** @throws Problem 503, in words for who signs; what the tool said goes to the log. */
export function asProblem(ctx: Context, error: unknown): unknown {
  if (!(error instanceof TokenFault)) return error
  ctx.log.warn({ code: error.code, said: error.message }, 'a token did not answer as it should')
  const words = faultWords[error.code] ?? 'Thiết bị giữ con dấu không ký được. Hãy báo quản trị kiểm tra.'
  return new Problem(`seal.${error.code}`, 409, words)
}

/** Certificates on the tokens of the permitted modules; a module that does not answer is left out, with its fault. */
export async function listTokenCertificates(
  ctx: Context,
): Promise<{ certificates: TokenCertificate[]; faults: { module: string; fault: TokenFault }[] }> {
  const tokens = tokensOf(ctx.config)
  const certificates: TokenCertificate[] = []
  const faults: { module: string; fault: TokenFault }[] = []
  for (const module of ctx.config.signing.modules)
    try {
      for (const { token } of await tokens.listSlots(module))
        certificates.push(...(await tokens.listCertificates(module, token)))
    } catch (error) {
      if (!(error instanceof TokenFault)) throw error
      faults.push({ module, fault: error })
    }
  return { certificates, faults }
}

export interface SealWish {
  organisation: string
  /** `module|token|id` of a certificate that a token holds. */
  key: string
  pin: string
  imageSha256?: string
}

export const keyName = ({ module, token, id }: Pick<TokenCertificate, 'module' | 'token' | 'id'>) =>
  `${module}|${token}|${id}`

const fault = (path: string, message: string) => invalid(message, [{ path, message }])

/** The key becomes the seal of the agency: its PIN is tried once, its certificate goes into the register. @throws Problem 422 */
export async function setSeal(ctx: Context, wish: SealWish): Promise<void> {
  ctx.require(manageSeals, wish.organisation)
  const agency = await getOrganisation(ctx.sql, wish.organisation, { asOf: await today(ctx) })
  const { certificates } = await listTokenCertificates(ctx)
  const chosen = certificates.find((one) => keyName(one) === wish.key)
  if (!chosen) throw fault('khoa', 'Chọn một khóa đang có trong thiết bị.')
  const { module, token, id } = chosen
  const facts = readCertificate(chosen.der)
  const { algorithm } = facts
  if (!algorithm) throw fault('khoa', 'Khóa này không thuộc loại được dùng (RSA hoặc ECDSA P-256).')
  const keys = await tokensOf(ctx.config)
    .listKeys({ module, token, pin: wish.pin })
    .catch((error: unknown) => {
      throw error instanceof TokenFault && error.code === 'pin-wrong'
        ? fault('pin', 'Mã PIN không đúng. Sai nhiều lần, thiết bị sẽ tự khóa.')
        : asProblem(ctx, error)
    })
  if (!keys.includes(id)) throw fault('khoa', 'Thiết bị không có khóa riêng của chứng thư này.')
  const authorities = certificates.filter((one) => one.token === token && one.id !== id)
  await ctx.transaction(async (ctx) => {
    await requireUsable(ctx, [chosen.der, ...authorities.map(({ der }) => der)], {
      kind: 'organisation',
      name: agency.name,
      organisation: wish.organisation,
      means: 'seal',
    })
    await putSeal(ctx.sql, {
      organisation: wish.organisation,
      module,
      token,
      keyId: id,
      sealedPin: await sealPin(ctx.config, wish.organisation, wish.pin),
      chain: chainOf(
        chosen.der,
        authorities.map(({ der }) => der),
      ),
      algorithm,
      certificate: facts.fingerprint,
      imageSha256: wish.imageSha256 ?? null,
      disabledAt: null,
      changedAt: ctx.now,
      changedBy: ctx.actor.account ?? 'system',
    })
    await appendEntry(ctx, {
      action: 'seal.changed',
      subject: `seal:${wish.organisation}`,
      organisation: wish.organisation,
      body: { token, keyId: id, certificate: facts.fingerprint },
    })
  })
}

/** The leaf, then each issuer that lies beside it. */
function chainOf(leaf: Buffer, others: readonly Buffer[]): string[] {
  const chain = [leaf]
  for (let last = readCertificate(leaf); chain.length < 5; ) {
    const issuer = others.map(readCertificate).find(({ holder }) => holder === last.issuer)
    if (!issuer || chain.some((one) => one.equals(issuer.der))) break
    chain.push(issuer.der)
    last = issuer
  }
  return chain.map((one) => one.toString('base64'))
}

export function setDisabled(ctx: Context, organisation: string, disabled: boolean): Promise<void> {
  ctx.require(manageSeals, organisation)
  return ctx.transaction(async (ctx) => {
    if (!(await findSeal(ctx.sql, organisation))) throw notFound('seal', organisation)
    await setSealDisabled(ctx.sql, organisation, { at: ctx.now, by: ctx.actor.account ?? 'system', disabled })
    await appendEntry(ctx, {
      action: disabled ? 'seal.disabled' : 'seal.enabled',
      subject: `seal:${organisation}`,
      organisation,
    })
  })
}

/** The seal of an agency, if it may be used now. @throws Problem 409 or 422, in words. */
export async function getUsableSeal(ctx: Context, organisation: string): Promise<SealRow> {
  const seal = await findSeal(ctx.sql, organisation)
  if (!seal || seal.disabledAt) {
    const name = (await findOrganisation(ctx.sql, organisation))?.name ?? organisation
    throw new Problem('seal.none', 409, `${name} chưa có con dấu số đang dùng. Quản trị khai báo ở trang Con dấu số.`)
  }
  const row = await findByFingerprint(ctx.sql, seal.certificate)
  if (row) refuseUnusable(row, ctx.now)
  return seal
}

/** Signs a digest with the agency's key. @throws Problem 409 */
export async function signWithSeal(ctx: Context, seal: SealRow, digest: Uint8Array): Promise<Buffer> {
  const pin = await openPin(ctx.config, seal.organisation, seal.sealedPin)
  const { module, token, keyId: id, algorithm } = seal
  return tokensOf(ctx.config)
    .sign({ module, token, id, pin }, digest, algorithm)
    .catch((error: unknown) => {
      throw asProblem(ctx, error)
    })
}

/** What `tram doctor` says of the tokens; nothing where none is configured or all is well. */
export async function checkTokens(ctx: Context): Promise<string | undefined> {
  if (ctx.config.signing.modules.length === 0) return undefined
  const { certificates, faults } = await listTokenCertificates(ctx)
  const [first] = faults
  if (first)
    return `The PKCS#11 module ${first.module} does not answer (${first.fault.code}: ${first.fault.message}): check PKCS11_MODULES, PKCS11_TOOL and the device.`
  const ended = certificates.filter(({ der }) => readCertificate(der).validTo <= ctx.now)
  const [one] = ended
  return one && `The certificate ${one.label} on the token ${one.token} has ended: renew it.`
}
