import { Problem } from '#platform/errors'

/** A file that is not taken: the words say why and what to send instead, and stand beside the field `file` of a form. */
export const refuse = (code: string, message: string) =>
  new Problem(code, 422, message, {}, [{ path: 'file', message }])
