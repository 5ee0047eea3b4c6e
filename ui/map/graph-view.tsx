import { useComputed, useSignal } from '@preact/signals'
import { drag } from 'd3-drag'
import { select } from 'd3-selection'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Graph } from '../../graph-api/contract.ts'
import type { Scene } from '../../graph-api/picture/scene.ts'
import { edgeKey, LABELLED_EDGES_MAX, sceneOf } from '../../graph-api/picture/scene.ts'
import { graph, hold } from '../data/live-graph.ts'
import { edgeLabels, match } from './choice.ts'
import { freshness, moveNode, picture } from './picture.ts'
import { selectEdge, selection, selectNode, selectNothing } from './selection.ts'
import { EdgeLabel, EdgeShape, NodeShape } from './shapes.tsx'
import { detail, MapZoom } from './zoom.ts'

/** The map itself: draws the scene as SVG and turns pointer events into selections and moves. */

export interface MapHandle {
  fit(): void
  zoomBy(factor: number): void
  focus(id: string): void
}

/** Edges whose labels are drawn in a crowded picture: what is wrong, selected or pointed at. */
function labelled(shown: Graph, hovered: string): ReadonlySet<string> | undefined {
  if (shown.edges.length <= LABELLED_EDGES_MAX) return undefined
  const chosen = selection.value
  const keys = shown.edges
    .filter((edge) => {
      const key = edgeKey(edge)
      if (chosen.kind === 'node') return edge.source === chosen.id || edge.destination === chosen.id
      if (chosen.kind === 'edge') return key === chosen.key
      if (hovered !== '') return edge.source === hovered || edge.destination === hovered
      return edge.health === 'bad' || edge.health === 'warn'
    })
    .map(edgeKey)
  return new Set(keys)
}

/** Which nodes and edges are dimmed because something else is selected or pointed at. */
function lightOf(
  scene: Scene | undefined,
  hovered: string,
): { nodes: Set<string>; edges: Set<string> } | undefined {
  const chosen = selection.value
  if (!scene || (chosen.kind === 'none' && hovered === '')) return undefined
  const own = (edge: Scene['edges'][number]) =>
    chosen.kind === 'edge'
      ? edge.key === chosen.key
      : [edge.source, edge.destination].includes(chosen.kind === 'node' ? chosen.id : hovered)
  const edges = scene.edges.filter(own)
  const nodes = new Set(edges.flatMap((edge) => [edge.source, edge.destination]))
  nodes.add(chosen.kind === 'node' ? chosen.id : hovered)
  return { nodes, edges: new Set(edges.map((edge) => edge.key)) }
}

/** Gives every node d3's drag; a press without movement stays a click. */
function useDrag(world: RefObject<SVGGElement | null>, scene: Scene | undefined): void {
  useEffect(() => {
    if (!world.current) return
    let moved = false
    const behavior = drag<SVGGElement, unknown>()
      .clickDistance(4)
      .subject(function subject(this: SVGGElement) {
        return picture.peek()?.positions[this.dataset['node'] ?? ''] ?? { x: 0, y: 0 }
      })
      .container(world.current)
      .on('start', () => {
        moved = false
      })
      .on('drag', function onDrag(this: SVGGElement, event: { x: number; y: number }) {
        moved = true
        hold('drag', true)
        moveNode(this.dataset['node'] ?? '', { x: event.x, y: event.y }, false)
      })
      .on('end', function onEnd(this: SVGGElement, event: { x: number; y: number }) {
        hold('drag', false)
        if (moved) moveNode(this.dataset['node'] ?? '', { x: event.x, y: event.y }, true)
      })
    select(world.current).selectAll<SVGGElement, unknown>('[data-node]').call(behavior)
  }, [scene?.nodes.length, world])
}

function onClick(event: MouseEvent) {
  const target = event.target as Element
  const node = target.closest<SVGElement>('[data-node]')
  const edge = target.closest<SVGElement>('[data-source]')
  if (node) selectNode(node.dataset['node'] ?? '')
  else if (edge) selectEdge(edge.dataset['source'] ?? '', edge.dataset['destination'] ?? '')
  else selectNothing()
}

export function GraphView({ handle }: { handle: RefObject<MapHandle | null> }) {
  const svg = useRef<SVGSVGElement>(null)
  const world = useRef<SVGGElement>(null)
  const zoom = useRef<MapZoom | null>(null)
  const hovered = useSignal('')
  const scene = useComputed(() => {
    const [shown, layout] = [graph.value, picture.value]
    if (!shown || !layout) return undefined
    const only = labelled(shown, hovered.value)
    return sceneOf(shown, layout, {
      labels: edgeLabels.value,
      detail: detail.value,
      ...(only ? { label_only: only } : {}),
    })
  }).value
  useDrag(world, scene)

  useLayoutEffect(() => {
    const made = new MapZoom(svg.current!, world.current!)
    zoom.current = made
    const show = (asked: boolean) => picture.peek() && made.fit(picture.peek()!, asked)
    handle.current = {
      fit: () => show(true),
      zoomBy: (factor) => made.by(factor),
      focus: (id) => {
        const node = svg.current?.querySelector<SVGGElement>(`[data-node="${CSS.escape(id)}"]`)
        if (!node) return
        node.focus({ preventScroll: true })
        made.reveal(node)
      },
    }
    const resized = new ResizeObserver(() => show(false))
    resized.observe(svg.current!)
    return () => {
      resized.disconnect()
      made.close()
      handle.current = null
    }
  }, [handle])

  const [fresh, nodes] = [freshness.value, scene?.nodes.length ?? 0]
  useLayoutEffect(() => {
    if (picture.value) zoom.current?.fit(picture.value, false)
  }, [fresh, nodes])

  const light = lightOf(scene, hovered.value)
  const found = match.value
  const chosen = selection.value
  const crowded = (scene?.edges.length ?? 0) > LABELLED_EDGES_MAX
  const edges = (scene?.edges ?? []).filter((edge) => !found || found.edges.has(edge.key))
  const visible = (scene?.nodes ?? []).filter(
    (node) => !found || found.nodes.has(node.id) || found.context.has(node.id),
  )
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset. One listener serves all nodes and edges; the keys are in keys.ts.
    <svg
      ref={svg}
      class={`map detail-${scene?.detail ?? 'full'} ${crowded ? 'crowded' : ''}`}
      role="group"
      aria-label="Service map"
      onClick={onClick}
      onPointerOver={(event) => {
        hovered.value = (event.target as Element).closest<SVGElement>('[data-node]')?.dataset['node'] ?? ''
      }}
      onPointerLeave={() => {
        hovered.value = ''
      }}
    >
      <g ref={world}>
        {edges.map((edge) => (
          <EdgeShape
            key={edge.key}
            edge={edge}
            dim={light !== undefined && !light.edges.has(edge.key)}
            selected={chosen.kind === 'edge' && chosen.key === edge.key}
          />
        ))}
        {edges.map((edge) =>
          edge.label ? (
            <EdgeLabel key={edge.key} edge={edge} dim={light !== undefined && !light.edges.has(edge.key)} />
          ) : null,
        )}
        {visible.map((node) => (
          <NodeShape
            key={node.id}
            node={node}
            detail={scene?.detail ?? 'full'}
            dim={(light !== undefined && !light.nodes.has(node.id)) || found?.context.has(node.id) === true}
            selected={chosen.kind === 'node' && chosen.id === node.id}
          />
        ))}
      </g>
    </svg>
  )
}
