import type { z } from 'zod'
import type { Context, EventType, Subscription } from '#platform/context'

export type { EventType, Subscription }

export function defineEvent<T>(name: string, schema: z.ZodType<T>): EventType<T> {
  return { name, schema }
}

export function subscribe<T>(
  event: EventType<T>,
  name: string,
  run: (ctx: Context, payload: T) => Promise<void>,
): Subscription {
  return { event: event.name, name, run: (ctx, payload) => run(ctx, event.schema.parse(payload)) }
}
