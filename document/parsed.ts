import * as z from 'zod'

/** Message of a key that must be there and is not. */
export const MISSING = 'this key is needed here'

/** A text or number that `read` turns into a value. */
export function parsed<T>(read: (text: string) => T | undefined, form: string) {
  return z
    .union([z.string(), z.number()], {
      error: ({ input }) => (input === undefined ? MISSING : `not ${form}`),
    })
    .transform((value, context): T => {
      const result = read(String(value))
      if (result !== undefined) return result
      context.addIssue({ code: 'custom', message: `${JSON.stringify(value)} is not ${form}` })
      return z.NEVER
    })
}
