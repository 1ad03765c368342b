import { Problem } from '#platform/errors'
import { makeStampQuery, readStampReply, StampFault } from '../cms/timestamp.ts'
import type { StampTime } from '../pades/sign.ts'
import { type Asking, ask } from './ask.ts'

/** How the configured authority gives the time; absent where none is configured (`TRAM_TSA_URL`). */
export function stampTimeOf(ctx: Asking): StampTime | undefined {
  const { tsaUrl } = ctx.config
  if (!tsaUrl) return undefined
  return async (digest) => {
    const query = makeStampQuery(digest)
    try {
      const reply = await ask(ctx, {
        url: tsaUrl,
        body: query.der,
        type: 'application/timestamp-query',
        timeoutMs: 10_000,
        mostBytes: 64 * 1024,
      })
      return readStampReply(reply, query)
    } catch (error) {
      if (error instanceof Problem) throw error
      const code = error instanceof StampFault ? error.code : 'unreachable'
      ctx.log.warn({ code, reason: (error as Error).message }, 'The time-stamp authority gave no time stamp')
      const words = error instanceof StampFault ? error.message : 'Không kết nối được máy chủ dấu thời gian.'
      throw new Problem(`signing.stamp-${code}`, 502, `${words} Văn bản chưa được ký; hãy thử lại sau ít phút.`)
    }
  }
}
