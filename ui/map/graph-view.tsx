import { useComputed, useSignal } from '@preact/signals'
import { drag } from 'd3-drag'
import { select } from 'd3-selection'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Scene } from '../../graph-api/picture/scene.ts'
import { LABELLED_EDGES_MAX, sceneOf } from '../../graph-api/picture/scene.ts'
import { graph, hold } from '../data/live-graph.ts'
import { edgeLabels, match } from './choice.ts'
import { labelled, lightOf } from './light.ts'
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

/** Zoom and pan, and what keys and buttons may ask of the map; fits when the layout is fresh or grew. */
function useZoom(
  handle: RefObject<MapHandle | null>,
  svg: RefObject<SVGSVGElement | null>,
  world: RefObject<SVGGElement | null>,
  nodes: number,
): void {
  const zoom = useRef<MapZoom | null>(null)
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
        node.querySelector<SVGGElement>('.node-hit')?.focus({ preventScroll: true })
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
  }, [handle, svg, world])

  const fresh = freshness.value
  useLayoutEffect(() => {
    if (picture.value) zoom.current?.fit(picture.value, false)
  }, [fresh, nodes])
}

function onClick(event: MouseEvent) {
  const target = event.target as Element
  const node = target.closest<SVGElement>('[data-node]')
  const edge = target.closest<SVGElement>('[data-source]')
  if (node) selectNode(node.dataset['node'] ?? '')
  else if (edge) selectEdge(edge.dataset['source'] ?? '', edge.dataset['destination'] ?? '')
  else selectNothing()
}

/** Edges, then their labels, then the boxes, each as far as the filter leaves it. */
function Drawing({ scene, hovered }: { scene: Scene; hovered: string }) {
  const light = lightOf(scene, hovered)
  const found = match.value
  const chosen = selection.value
  const edges = scene.edges.filter((edge) => !found || found.edges.has(edge.key))
  const visible = scene.nodes.filter(
    (node) => !found || found.nodes.has(node.id) || found.context.has(node.id),
  )
  return (
    <>
      {edges.map((edge) => (
        <EdgeShape
          key={edge.key}
          lit={light?.edges.has(edge.key) === true}
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
          detail={scene.detail}
          dim={(light !== undefined && !light.nodes.has(node.id)) || found?.context.has(node.id) === true}
          selected={chosen.kind === 'node' && chosen.id === node.id}
        />
      ))}
    </>
  )
}

export function GraphView({ handle }: { handle: RefObject<MapHandle | null> }) {
  const svg = useRef<SVGSVGElement>(null)
  const world = useRef<SVGGElement>(null)
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

  useZoom(handle, svg, world, scene?.nodes.length ?? 0)

  const crowded = (scene?.edges.length ?? 0) > LABELLED_EDGES_MAX
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset.
    // biome-ignore lint/a11y/useKeyWithClickEvents: one listener serves all; the keys are in keys.ts.
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
      <g ref={world}>{scene ? <Drawing scene={scene} hovered={hovered.value} /> : null}</g>
    </svg>
  )
}
