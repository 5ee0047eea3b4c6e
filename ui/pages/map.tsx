import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { connected, graph, graphError, holding, missed } from '../data/live-graph.ts'
import { onCanvas } from '../map/drawing.ts'
import { FocusBar } from '../map/focus-bar.tsx'
import { GraphView } from '../map/graph-view.tsx'
import { GroupNote } from '../map/group-menu.tsx'
import type { MapHandle } from '../map/handle.ts'
import { mapKeys } from '../map/keys.ts'
import { Legend } from '../map/legend.tsx'
import { through, togglePaths } from '../map/proven.ts'
import { Spoken } from '../map/spoken.tsx'
import { base, drawn, placed } from '../map/view.ts'
import { AllHidden } from '../panels/empty-map.tsx'
import { SummaryPanel } from '../panels/summary.tsx'
import { later } from '../parts/later.tsx'
import { laterStyle } from '../parts/later-style.ts'
import { Loading, Problem } from '../parts/notice.tsx'
import { replaying } from '../replay/replay.ts'
import { focus, setFocus } from '../state/choice.ts'
import type { Selection } from '../state/selection.ts'
import { selection, selectNothing } from '../state/selection.ts'
import { Toolbar, ZoomButtons } from './map-toolbar.tsx'

/** The map page: toolbar, map, panel. */

const ServicePanel = later(() => import('../panels/service.tsx').then((it) => it.ServicePanel))
const EdgePanel = later(() => import('../panels/edge.tsx').then((it) => it.EdgePanel))
const GroupPanel = later(() => import('../map/group-panel.tsx').then((it) => it.GroupPanel))
const GroupEdgePanel = later(() => import('../map/group-panel.tsx').then((it) => it.GroupEdgePanel))
const PathsList = later(() => import('../map/paths-list.tsx').then((it) => it.PathsList))
const NoCalls = later(() => import('../panels/no-calls.tsx').then((it) => it.NoCalls))
const CanvasView = later(() => import('../map/canvas-view.tsx').then((it) => it.CanvasView))
const Scrubber = later(() => import('../replay/scrubber.tsx').then((it) => it.Scrubber))

/** What the selection is about: the mesh, a service, an edge, or one of the boxes that stand for several. */
function Details({ chosen }: { chosen: Selection }) {
  const [shown, boxes] = [graph.value, placed.value?.members]
  if (chosen.kind === 'none') return shown ? <SummaryPanel graph={shown} /> : <Loading lines={8} />
  if (chosen.kind === 'node') {
    if (boxes?.has(chosen.id)) return <GroupPanel id={chosen.id} />
    return (
      <>
        <NodeActions id={chosen.id} />
        <ServicePanel key={chosen.id} id={chosen.id} />
      </>
    )
  }
  const { source, destination, key } = chosen
  const Part = boxes?.has(source) || boxes?.has(destination) ? GroupEdgePanel : EdgePanel
  return <Part key={key} source={source} destination={destination} />
}

function NodeActions({ id }: { id: string }) {
  return (
    <>
      <p class="node-actions">
        <button type="button" class="button" onClick={() => setFocus({ id })}>
          Focus <kbd>f</kbd>
        </button>
        <button type="button" class="button" aria-pressed={through.value !== ''} onClick={togglePaths}>
          Proven paths <kbd>p</kbd>
        </button>
      </p>
      {through.value === '' ? null : <PathsList />}
    </>
  )
}

function Panel() {
  const chosen = selection.value
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
          <Details chosen={chosen} />
        </div>
      ) : null}
    </aside>
  )
}

function Overlay() {
  const [shown, error] = [base.value, graphError.value]
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
  if (drawn.value?.graph.nodes.length === 0) {
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
    void laterStyle()
  }, [drawn])
  const { id, depth, way } = focus.value ?? {}
  const opened = useRef(false)
  useEffect(() => {
    // A link shows the part of the picture that it names; after that the picture follows the focus.
    if (opened.current) handle.current?.fit()
    opened.current = true
  }, [id, depth, way])
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
          {onCanvas.value ? <CanvasView handle={handle} /> : <GraphView handle={handle} />}
          <Overlay />
          <PausedBadge />
          <Spoken />
          <div class="map-notes">
            <FocusBar />
            <GroupNote />
          </div>
          <div class="map-corner">
            <Legend />
            <ZoomButtons handle={handle} />
          </div>
        </div>
        <Panel />
      </div>
      {replaying.value ? <Scrubber /> : null}
    </main>
  )
}
