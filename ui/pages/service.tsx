import { ServicePanel } from '../panels/service.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'

/** A service in full width. */
export function ServicePage({ id }: { id: string }) {
  return (
    <main class="page wide-panel">
      <div class="toolbar">
        <RangeMenu />
      </div>
      <ServicePanel id={id} />
    </main>
  )
}
