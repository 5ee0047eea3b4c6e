import { drag } from 'd3-drag'
import { select } from 'd3-selection'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Scene } from '../../picture/scene.ts'
import { hold } from '../data/live-graph.ts'
import { setFocus } from '../state/choice.ts'
import { selectEdge, selection, selectNode, selectNothing } from '../state/selection.ts'
import { scene as drawnScene, frameToFit, hovered, isCrowded, lastFocused, tabStop } from './drawing.ts'
import type { MapHandle } from './handle.ts'
import { boxAround } from './handle.ts'
import { lightOf } from './light.ts'
import { freshness, moveNode, picture } from './picture.ts'
import { EdgeLabel, EdgeShape, NodeShape } from './shapes.tsx'
import { drawnId, match, near } from './view.ts'
import { MapZoom } from './zoom.ts'

/** The map as SVG: draws the scene and turns pointer events into selections and moves. */

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
    const made = new MapZoom(svg.current!, {
      moved: (transform) => world.current?.setAttribute('transform', transform.toString()),
      isNode: (event) => (event.target as Element).closest('[data-node]') !== null,
    })
    zoom.current = made
    const show = (asked: boolean) => {
      const frame = frameToFit()
      if (frame) made.fit(frame, asked)
    }
    handle.current = {
      fit: () => show(true),
      zoomBy: (factor) => made.by(factor),
      focus: (id) => {
        const node = svg.current?.querySelector<SVGGElement>(`[data-node="${CSS.escape(id)}"]`)
        const box = drawnScene.peek()?.nodes.find((it) => it.id === id)
        if (!node || !box) return
        node.querySelector<SVGGElement>('.node-hit')?.focus({ preventScroll: true })
        made.reveal(boxAround(box))
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

/** Edges, then their labels, then the boxes, each as far as light and focus leave it. */
function Drawing({ scene }: { scene: Scene }) {
  const light = lightOf(scene, hovered.value)
  const [found, chosen, within] = [match.value, selection.value, near.value]
  const stop = tabStop.value
  const isDim = (key: string) => light !== undefined && !light.edges.has(key)
  const isFar = (...ids: string[]) => within !== undefined && ids.some((id) => !within.has(id))
  return (
    <>
      {scene.edges.map((edge) => (
        <EdgeShape
          key={edge.key}
          lit={light?.edges.has(edge.key) === true}
          edge={edge}
          dim={isDim(edge.key)}
          far={isFar(edge.source, edge.destination)}
          selected={chosen.kind === 'edge' && chosen.key === edge.key}
        />
      ))}
      {scene.edges.map((edge) =>
        edge.label && !isFar(edge.source, edge.destination) ? (
          <EdgeLabel key={edge.key} edge={edge} dim={isDim(edge.key)} />
        ) : null,
      )}
      {scene.nodes.map((node) => (
        <NodeShape
          key={node.id}
          node={node}
          detail={scene.detail}
          dim={(light !== undefined && !light.nodes.has(node.id)) || found?.context.has(node.id) === true}
          far={isFar(node.id)}
          selected={chosen.kind === 'node' && drawnId(chosen.id) === node.id}
          stop={stop === node.id}
        />
      ))}
    </>
  )
}

export function GraphView({ handle }: { handle: RefObject<MapHandle | null> }) {
  const svg = useRef<SVGSVGElement>(null)
  const world = useRef<SVGGElement>(null)
  const scene = drawnScene.value
  useDrag(world, scene)
  useZoom(handle, svg, world, scene?.nodes.length ?? 0)
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset.
    // biome-ignore lint/a11y/useKeyWithClickEvents: one listener serves all; the keys are in keys.ts.
    <svg
      ref={svg}
      class={`map detail-${scene?.detail ?? 'full'} ${isCrowded.value ? 'crowded' : ''}`}
      role="group"
      aria-label="Service map"
      onClick={onClick}
      onDblClick={(event) => {
        const node = (event.target as Element).closest<SVGElement>('[data-node]')
        if (node) setFocus({ id: node.dataset['node'] ?? '' })
      }}
      onFocusIn={(event) => {
        const node = (event.target as Element).closest<SVGElement>('[data-node]')
        if (node) lastFocused.value = node.dataset['node'] ?? ''
      }}
      onPointerOver={(event) => {
        hovered.value = (event.target as Element).closest<SVGElement>('[data-node]')?.dataset['node'] ?? ''
      }}
      onPointerLeave={() => {
        hovered.value = ''
      }}
    >
      <g ref={world}>{scene ? <Drawing scene={scene} /> : null}</g>
    </svg>
  )
}
