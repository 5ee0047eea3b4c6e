import { placeOf } from '../../model/column.ts'
import type { Peers } from './peers.ts'

const PARENT = placeOf('parent_span_id')
const DESTINATION = placeOf('destination')
const TAB = 0x09
const SPAN_ID_DIGITS = 16

/** Place behind the tab that ends the `count`th field from `at`; -1 where the line has fewer. */
function afterFields(lines: Buffer, at: number, count: number): number {
  let next = at
  for (let field = 0; field < count; field++) {
    next = lines.indexOf(TAB, next) + 1
    if (next === 0) return -1
  }
  return next
}

/**
 * Lets the peers learn from rows of taps: a tap's call whose parent is a program's span names the
 * service that answered it. Rows are read in place; bad ones teach nothing worse than a name that
 * nobody asks for.
 */
export function learnFromRows(lines: Buffer, peers: Peers): void {
  for (let start = 0; start < lines.length; ) {
    const newline = lines.indexOf(0x0a, start)
    const end = newline === -1 ? lines.length : newline
    const parent = afterFields(lines, start, PARENT)
    if (parent !== -1 && lines[parent + SPAN_ID_DIGITS] === TAB) {
      const from = afterFields(lines, parent, DESTINATION - PARENT)
      const to = lines.indexOf(TAB, from)
      if (from !== -1 && to !== -1 && to < end) {
        const service = lines.toString('latin1', from, to)
        // A name with escaped bytes would be escaped again; its address stays what it is.
        const known = service.includes('\\') ? '' : service
        peers.answered(lines.toString('latin1', parent, parent + SPAN_ID_DIGITS), known)
      }
    }
    start = end + 1
  }
}
