import type { Graph } from '../../graph-api/contract.ts'
import { Empty } from '../parts/notice.tsx'
import { clearFilter } from '../state/choice.ts'

/** The map where a filter leaves nothing of it. */

export function AllHidden({ graph }: { graph: Graph }) {
  return (
    <Empty title="Everything is hidden by the filter" kind="hidden">
      <p class="muted">{graph.nodes.length} services are there, none of them matches.</p>
      <button type="button" class="button primary" onClick={clearFilter}>
        Clear the filter
      </button>
    </Empty>
  )
}
