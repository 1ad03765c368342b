import { z } from 'zod'
import { route } from '#platform/http'
import { personalChannels } from './model.ts'
import { receiptPermission } from './permissions.ts'
import { receiptStates, takeReceipt } from './sending/receipts.ts'

const Receipt = z.strictObject({
  channel: z.enum(personalChannels),
  /** Our number of the message, as the gateway was given it. */
  id: z.uuid(),
  state: z.enum(receiptStates),
  reason: z.string().max(500).optional(),
})

export const apiRoutes = [
  route({
    method: 'POST',
    path: '/api/v1/notifications/receipts',
    access: receiptPermission,
    summary: 'What became of a message, told by the gateway that took it',
    body: Receipt,
    maxBytes: 16 * 1024,
    status: 204,
    handle: (ctx, { body }) => takeReceipt(ctx, body),
  }),
]
