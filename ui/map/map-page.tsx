import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { connected, graph, graphError, holding, missed } from '../data/live-graph.ts'
import { SummaryPanel } from '../panels/summary.tsx'
import { later } from '../parts/later.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { match } from './choice.ts'
import { AllHidden, NoCalls } from './empty-map.tsx'
import type { MapHandle } from './graph-view.tsx'
import { GraphView } from './graph-view.tsx'
import { mapKeys } from './keys.ts'
import { Legend } from './legend.tsx'
import { selection, selectNothing } from './selection.ts'
import { Toolbar, ZoomButtons } from './toolbar.tsx'

/** The map page: toolbar, map, panel. */

const ServicePanel = later(() => import('../panels/service.tsx').then((it) => it.ServicePanel))
const EdgePanel = later(() => import('../panels/edge.tsx').then((it) => it.EdgePanel))

function Panel() {
  const chosen = selection.value
  const shown = graph.value
  const open = useSignal(true)
  return (
    <aside class={`panel ${open.value ? '' : 'closed'}`} aria-label="Details">
      <button
        type="button"
        class="panel-toggle"
        aria-expanded={open.value}
        title={open.value ? 'Hide the panel' : 'Show the panel'}
        aria-label={open.value ? 'Hide the panel' : 'Show the panel'}
        onClick={() => {
          open.value = !open.value
        }}
      >
        {open.value ? '›' : '‹'}
      </button>
      {open.value ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <div class="panel-scroll" id="panel" tabIndex={0}>
          {chosen.kind === 'none' ? null : (
            <button type="button" class="button quiet panel-close" onClick={selectNothing}>
              Close <kbd>Esc</kbd>
            </button>
          )}
          {chosen.kind === 'node' ? <ServicePanel key={chosen.id} id={chosen.id} /> : null}
          {chosen.kind === 'edge' ? (
            <EdgePanel key={chosen.key} source={chosen.source} destination={chosen.destination} />
          ) : null}
          {chosen.kind === 'none' ? shown ? <SummaryPanel graph={shown} /> : <Loading lines={8} /> : null}
        </div>
      ) : null}
    </aside>
  )
}

function Overlay() {
  const [shown, found, error] = [graph.value, match.value, graphError.value]
  if (!shown && error && !connected.value) {
    return (
      <div class="overlay">
        <Problem error={error} title="The map cannot be loaded" />
      </div>
    )
  }
  if (!shown) {
    return (
      <div class="overlay">
        <p class="muted" role="status">
          Waiting for the first picture …
        </p>
      </div>
    )
  }
  if (shown.nodes.length === 0) {
    return (
      <div class="overlay">
        <NoCalls />
      </div>
    )
  }
  if (found && found.nodes.size + found.context.size === 0) {
    return (
      <div class="overlay">
        <AllHidden graph={shown} />
      </div>
    )
  }
  return null
}

/** That the picture is held still, and that the world went on meanwhile. */
function PausedBadge() {
  if (holding.value.size === 0) return null
  const count = missed.value
  return (
    <p class="paused-badge" role="status">
      Paused
      {count > 0 ? <span> · {count === 1 ? 'an update waits' : `${count} updates wait`}</span> : null}
    </p>
  )
}

export function MapPage() {
  const handle = useRef<MapHandle | null>(null)
  const drawn = graph.value !== undefined
  useEffect(() => {
    if (!drawn) return
    // Sooner or later somebody clicks; by then these are here.
    ServicePanel.fetch()
    EdgePanel.fetch()
  }, [drawn])
  useEffect(() => {
    const keys = mapKeys(handle)
    document.addEventListener('keydown', keys)
    return () => document.removeEventListener('keydown', keys)
  }, [])
  return (
    <main class="map-page">
      <h1 class="hidden">Service map</h1>
      <Toolbar />
      <div class="map-body">
        <div class="map-area">
          <GraphView handle={handle} />
          <Overlay />
          <PausedBadge />
          <div class="map-corner">
            <Legend />
            <ZoomButtons handle={handle} />
          </div>
        </div>
        <Panel />
      </div>
    </main>
  )
}
