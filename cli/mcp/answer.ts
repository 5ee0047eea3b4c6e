import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { describeError } from '../../model/error.ts'

/** What a tool answers: JSON as text, never longer than an assistant can use. */

/** About 10,000 tokens. */
export const ANSWER_CHARS_MAX = 40_000

/**
 * The answer with as many rows as fit; `left_out` says how many did not.
 * @param make the answer with the first `shown` of all rows
 */
export function boundedAnswer(rows: number, make: (shown: number) => object): CallToolResult {
  let shown = rows
  let text = ''
  do {
    const left_out = rows - shown
    text = JSON.stringify(left_out === 0 ? make(shown) : { ...make(shown), left_out })
    if (text.length <= ANSWER_CHARS_MAX) break
    shown = Math.floor(shown / 2)
  } while (shown > 0)
  return { content: [{ type: 'text', text: text.slice(0, ANSWER_CHARS_MAX) }] }
}

/** Runs a tool; what goes wrong becomes an answer in words, with what to do, and the server goes on. */
export async function answered(work: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await work()
  } catch (error) {
    return { content: [{ type: 'text', text: describeError(error) }], isError: true }
  }
}
