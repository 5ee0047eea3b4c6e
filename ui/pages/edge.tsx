import { EdgePanel } from '../panels/edge.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'

/** An edge in full width. */
export function EdgePage({ source, destination }: { source: string; destination: string }) {
  return (
    <main class="page wide-panel">
      <div class="toolbar">
        <RangeMenu />
      </div>
      <EdgePanel source={source} destination={destination} />
    </main>
  )
}
