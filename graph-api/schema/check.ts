import type { z } from 'zod'
import { TapmeshError } from '../../model/error.ts'

const HINT = 'GET /api/v1/openapi.json lists every parameter with its form.'

function problem(issue: z.core.$ZodIssue, where: string): string {
  if (issue.code === 'unrecognized_keys')
    return `${where} ${issue.keys.map(shown).join(', ')}: is not known here`
  const name = issue.path.length === 0 ? '' : ` ${issue.path.map((part) => shown(String(part))).join('.')}`
  return `${where}${name}: ${issue.message}`
}

/** A name from outside inside a message: short, and without control bytes. */
function shown(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 64)
}

/**
 * Checks what came from outside against its form.
 * @param where what it is, in words: `parameter`, `body`
 * @throws TapmeshError TAPMESH_QUERY_INVALID that names the first thing that is wrong
 */
export function check<Form extends z.ZodType>(
  form: Form,
  value: unknown,
  where = 'parameter',
): z.output<Form> {
  const result = form.safeParse(value)
  if (result.success) return result.data
  throw new TapmeshError('TAPMESH_QUERY_INVALID', problem(result.error.issues[0]!, where), HINT)
}
