import { z } from 'zod'
import { defineEvent } from '#platform/events'
import { State } from './model.ts'

/** A part of a directive passed from one state to another, or its deadline moved (`from` is then `to`). `code` is the part's own. */
export const directiveMoved = defineEvent(
  'directives.moved',
  z.object({
    code: z.string(),
    from: State.nullable(),
    to: State,
    organisation: z.string(),
    /** What was assigned. */
    title: z.string().optional(),
  }),
)

/** A calendar changed, and deadlines with it: which they are is found by when they moved. */
export const clocksMoved = defineEvent('directives.clocks-moved', z.object({ parts: z.int() }))
