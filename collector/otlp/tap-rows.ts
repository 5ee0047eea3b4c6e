import type { RowBlock } from '../../model/block-reader.ts'
import type { Peers } from './peers.ts'

/**
 * Lets the peers learn from rows of taps: a tap's call whose parent is a program's span names the
 * service that answered it. The most that a bad row can do is add a name that is never looked up.
 */
export function learnFromRows(blocks: readonly RowBlock[], peers: Peers): void {
  for (const block of blocks) {
    const parents = block.column('parent_span_id')
    const destinations = block.column('destination')
    if (!parents || !destinations) continue
    for (let row = 0; row < block.rows; row++) {
      if (parents.startOf(row) === parents.endOf(row)) continue
      const service = destinations.text(row)
      // A name with escaped bytes would be escaped again; its address stays what it is.
      peers.answered(parents.text(row), service.includes('\\') ? '' : service)
    }
  }
}
