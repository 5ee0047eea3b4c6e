import { useSignal } from '@preact/signals'
import { drag } from 'd3-drag'
import { pointer, select } from 'd3-selection'
import type { ZoomTransform } from 'd3-zoom'
import { zoomIdentity } from 'd3-zoom'
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { PALETTES } from '../../picture/palette.ts'
import type { Scene, SceneNode } from '../../picture/scene.ts'
import { hold } from '../data/live-graph.ts'
import { asked, onlyProblems, setFocus } from '../state/choice.ts'
import { selectEdge, selection, selectNode, selectNothing } from '../state/selection.ts'
import { isDark } from '../state/theme.ts'
import { scene as drawnScene, frameToFit, hovered, isCrowded } from './drawing.ts'
import type { MapHandle } from './handle.ts'
import { boxAround } from './handle.ts'
import { edgeAt, nodeAt } from './hit.ts'
import { lightOf } from './light.ts'
import { NodeList } from './node-list.tsx'
import { paint } from './paint.ts'
import { freshness, moveNode, picture } from './picture.ts'
import { onePath, through } from './proven.ts'
import { drawnId, match, near } from './view.ts'
import { MapZoom } from './zoom.ts'

/**
 * The map on a canvas, for pictures too large for SVG. The canvas is larger than what is seen, so a
 * pan only shifts it, and is painted anew when the hand rests or its margin is used up.
 */

/** Share of the visible size that is painted beyond each side, where there is something to see there. */
const MARGIN = 0.35
/** A hand that rests so long has stopped. */
const REST_MS = 90

/** From afar, where no figure can be read, new figures alone are painted at most this often. */
const CALM_MS = 4000

class Board {
  readonly #outer: HTMLElement
  readonly #canvas: HTMLCanvasElement
  /** Where the picture was when it was painted. */
  #painted = zoomIdentity
  #now = zoomIdentity
  #margin = 0
  #focused = ''
  #frame = 0
  #rest = 0
  #calm = 0
  #painted_ms = 0

  constructor(outer: HTMLElement, canvas: HTMLCanvasElement) {
    this.#outer = outer
    this.#canvas = canvas
  }

  move(transform: ZoomTransform): void {
    this.#now = transform
    const [dx, dy] = this.#shift()
    const k = transform.k / this.#painted.k
    this.#canvas.style.transform = `translate(${dx}px, ${dy}px) scale(${k})`
    const { clientWidth, clientHeight } = this.#outer
    const used_up =
      this.#margin > 0 && (Math.abs(dx) > clientWidth * MARGIN || Math.abs(dy) > clientHeight * MARGIN)
    if (used_up || k > 1.6 || k < 0.7) this.soon()
    window.clearTimeout(this.#rest)
    this.#rest = window.setTimeout(() => this.soon(), REST_MS)
  }

  /** From where the canvas was painted to where it belongs now. */
  #shift(): [number, number] {
    const k = this.#now.k / this.#painted.k
    const [left, top] = [-this.#outer.clientWidth * this.#margin, -this.#outer.clientHeight * this.#margin]
    return [
      this.#now.x - this.#painted.x * k + left * k - left,
      this.#now.y - this.#painted.y * k + top * k - top,
    ]
  }

  focus(id: string): void {
    this.#focused = id
    this.soon()
  }

  /** Paints new figures: at once from near, and a little later from afar. */
  figures(detail: Scene['detail']): void {
    const wait = detail === 'full' ? 0 : this.#painted_ms + CALM_MS - performance.now()
    if (wait <= 0) this.soon()
    else this.#calm ||= window.setTimeout(() => this.soon(), wait)
  }

  /** Paints before the next frame, once however often it is asked. */
  soon(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.#paint()
    })
  }

  #paint(): void {
    const scene = drawnScene.peek()
    const context = this.#canvas.getContext('2d')
    if (!scene || !context) return
    const ratio = Math.min(window.devicePixelRatio, 2)
    const [width, height] = [this.#outer.clientWidth, this.#outer.clientHeight]
    const { x, y, k } = this.#now
    const is_whole =
      scene.left * k + x >= 0 &&
      scene.top * k + y >= 0 &&
      (scene.left + scene.width) * k + x <= width &&
      (scene.top + scene.height) * k + y <= height
    this.#margin = is_whole ? 0 : MARGIN
    this.#resize(width, height, ratio)
    const [left, top] = [width * this.#margin, height * this.#margin]
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    context.setTransform(k * ratio, 0, 0, k * ratio, (x + left) * ratio, (y + top) * ratio)
    const chosen = selection.peek()
    paint(context, scene, {
      palette: PALETTES[isDark.peek() ? 'dark' : 'light'],
      light: lightOf(scene, hovered.peek()),
      near: near.peek(),
      context: match.peek()?.context,
      crowded: isCrowded.peek(),
      selected_node: chosen.kind === 'node' ? drawnId(chosen.id) : '',
      selected_edge: chosen.kind === 'edge' ? chosen.key : '',
      focused: this.#focused,
      view: {
        left: (-x - left) / k,
        top: (-y - top) / k,
        right: (width - x + left) / k,
        bottom: (height - y + top) / k,
      },
    })
    this.#painted = this.#now
    this.#painted_ms = performance.now()
    window.clearTimeout(this.#calm)
    this.#calm = 0
    this.#canvas.style.transform = ''
  }

  #resize(width: number, height: number, ratio: number): void {
    const share = 1 + 2 * this.#margin
    const size = [Math.round(width * share * ratio), Math.round(height * share * ratio)] as const
    if (this.#canvas.width === size[0] && this.#canvas.height === size[1]) return
    ;[this.#canvas.width, this.#canvas.height] = size
    const { style } = this.#canvas
    style.left = `${-this.#margin * 100}%`
    style.top = style.left
    style.width = `${share * 100}%`
    style.height = style.width
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    window.clearTimeout(this.#rest)
    window.clearTimeout(this.#calm)
  }
}

/** The node under a pointer event, with the place in the picture. */
function under(outer: HTMLElement, event: Event, { x, y, k }: ZoomTransform) {
  const [px, py] = pointer(event, outer)
  const at = { x: (px - x) / k, y: (py - y) / k }
  const scene = drawnScene.peek()
  return { at, node: scene && nodeAt(scene, at.x, at.y) }
}

function addDrag(outer: HTMLElement, zoom: MapZoom): void {
  let grip = { id: '', dx: 0, dy: 0, moved: false }
  const placeOf = (event: { sourceEvent: Event }) => {
    const { at } = under(outer, event.sourceEvent, zoom.transform)
    return { x: at.x + grip.dx, y: at.y + grip.dy }
  }
  const behavior = drag<HTMLElement, unknown>()
    .clickDistance(4)
    .subject((event: { sourceEvent: Event }): SceneNode | null => {
      const { node, at } = under(outer, event.sourceEvent, zoom.transform)
      if (!node) return null
      grip = { id: node.id, dx: node.x - at.x, dy: node.y - at.y, moved: false }
      return node
    })
    .on('drag', (event: { sourceEvent: Event }) => {
      grip.moved = true
      hold('drag', true)
      moveNode(grip.id, placeOf(event), false)
    })
    .on('end', (event: { sourceEvent: Event }) => {
      hold('drag', false)
      if (grip.moved) moveNode(grip.id, placeOf(event), true)
    })
  select(outer).call(behavior)
}

function useBoard(handle: RefObject<MapHandle | null>, outer: RefObject<HTMLDivElement | null>) {
  const board = useRef<Board | null>(null)
  const zoom = useRef<MapZoom | null>(null)
  useLayoutEffect(() => {
    const box = outer.current!
    const made = new Board(box, box.querySelector('canvas')!)
    const zooming: MapZoom = new MapZoom(box, {
      moved: (transform) => made.move(transform),
      isNode: (event) => under(box, event, zooming?.transform ?? zoomIdentity).node !== undefined,
    })
    addDrag(box, zooming)
    board.current = made
    zoom.current = zooming
    const show = (asked: boolean) => {
      const frame = frameToFit()
      if (frame) zooming.fit(frame, asked)
      made.soon()
    }
    handle.current = {
      fit: () => show(true),
      zoomBy: (factor) => zooming.by(factor),
      focus: (id) => {
        const node = drawnScene.peek()?.nodes.find((it) => it.id === id)
        if (!node) return
        box.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
        zooming.reveal(boxAround(node))
      },
    }
    const resized = new ResizeObserver(() => show(false))
    resized.observe(box)
    return () => {
      resized.disconnect()
      made.close()
      zooming.close()
      handle.current = null
    }
  }, [handle, outer])
  return { board, zoom }
}

/** Fits a fresh layout and paints whenever something of the picture changed. */
function usePainting(
  board: RefObject<Board | null>,
  zoom: RefObject<MapZoom | null>,
  scene: Scene | undefined,
): void {
  const [fresh, nodes] = [freshness.value, scene?.nodes.length ?? 0]
  useLayoutEffect(() => {
    if (picture.value) zoom.current?.fit(picture.value, false)
  }, [fresh, nodes])
  // Read here, so that a change of any of them paints anew.
  const light = lightOf(scene, hovered.value)
  const detail = scene?.detail ?? 'full'
  const shown = [
    picture.value,
    hovered.value,
    selection.value,
    near.value,
    isDark.value,
    light?.edges.size,
    through.value,
    onePath.value,
    asked.find.value.text,
    asked.hide.value.text,
    onlyProblems.value,
    detail,
    scene?.edges.length,
    nodes,
  ]
  useEffect(() => board.current?.soon(), shown)
  useEffect(() => board.current?.figures(detail), [scene])
}

export function CanvasView({ handle }: { handle: RefObject<MapHandle | null> }) {
  const outer = useRef<HTMLDivElement>(null)
  const { board, zoom } = useBoard(handle, outer)
  const title = useSignal('')
  const resting = useRef(0)
  const scene = drawnScene.value
  usePainting(board, zoom, scene)
  const find = (event: MouseEvent) => under(outer.current!, event, zoom.current?.transform ?? zoomIdentity)
  const onClick = (event: MouseEvent) => {
    if ((event.target as Element).closest('.node-list') || !scene) return
    const { node, at } = find(event)
    const edge = node ? undefined : edgeAt(scene, at.x, at.y, zoom.current?.transform.k ?? 1)
    if (node) selectNode(node.id)
    else if (edge) selectEdge(edge.source, edge.destination)
    else selectNothing()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list inside has a button for every service.
    <div
      ref={outer}
      class="map map-board"
      role="group"
      aria-label="Service map"
      title={title.value}
      onClick={onClick}
      onDblClick={(event) => {
        const { node } = find(event)
        if (node) setFocus({ id: node.id })
      }}
      onPointerMove={(event) => {
        window.clearTimeout(resting.current)
        if (event.buttons !== 0) return
        // A pointer on its way over a thousand boxes lights none of them.
        resting.current = window.setTimeout(() => {
          const { node } = find(event)
          hovered.value = node?.id ?? ''
          title.value = node?.sentence ?? ''
        }, REST_MS)
      }}
      onPointerLeave={() => {
        window.clearTimeout(resting.current)
        hovered.value = ''
      }}
    >
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing focuses a canvas; the list below is what is read out. */}
      <canvas aria-hidden="true" />
      {scene ? <NodeList scene={scene} onFocus={(id) => board.current?.focus(id)} /> : null}
    </div>
  )
}
