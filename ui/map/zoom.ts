import { signal } from '@preact/signals'
import { select } from 'd3-selection'
import type { ZoomBehavior, ZoomTransform } from 'd3-zoom'
import { zoom, zoomIdentity } from 'd3-zoom'
import type { Layout } from '../../picture/layout.ts'
import type { Detail } from '../../picture/scene.ts'
import { detailFor } from '../../picture/scene.ts'
import { queryValue, setQuery } from '../state/location.ts'

/** Zoom and pan of the map. The transform goes straight to the renderer; only the detail is a signal. */

export const detail = signal<Detail>('full')

const SCALE: [number, number] = [0.04, 3]
const FIT_SCALE_MAX = 1.15
const PADDING = 12

/** `x,y,k` of the URL, where somebody moved the picture by hand. */
function transformOf(text: string): ZoomTransform | undefined {
  const [x, y, k] = text.split(',').map(Number)
  if (x === undefined || y === undefined || k === undefined || ![x, y, k].every(Number.isFinite))
    return undefined
  return zoomIdentity.translate(x, y).scale(Math.min(Math.max(k, SCALE[0]), SCALE[1]))
}

/** What a renderer does with a new transform, and where a press means a node and not the ground. */
export interface ZoomTarget {
  moved(transform: ZoomTransform): void
  isNode(event: MouseEvent): boolean
}

interface Rectangle {
  left: number
  top: number
  right: number
  bottom: number
}

export class MapZoom {
  readonly #box: Element
  readonly #behavior: ZoomBehavior<Element, unknown>
  /** True once a person moved the picture; then it is no longer fitted unasked. */
  #held = false

  constructor(box: Element, target: ZoomTarget) {
    this.#box = box
    this.#behavior = zoom<Element, unknown>()
      .scaleExtent(SCALE)
      .duration(0)
      .filter((event: MouseEvent) => (!event.button && !target.isNode(event)) || event.type === 'wheel')
      .on('zoom', ({ transform }: { transform: ZoomTransform }) => {
        target.moved(transform)
        detail.value = detailFor(transform.k)
      })
      .on('end', ({ transform, sourceEvent }: { transform: ZoomTransform; sourceEvent: unknown }) => {
        if (!sourceEvent) return
        this.#held = true
        setQuery({
          at: [transform.x, transform.y]
            .map(Math.round)
            .concat(Math.round(transform.k * 1000) / 1000)
            .join(','),
        })
      })
    select(box).call(this.#behavior).on('dblclick.zoom', null)
    const stored = transformOf(queryValue('at'))
    if (stored) {
      this.#held = true
      this.#behavior.transform(select(box), stored)
    }
  }

  /** Brings the whole picture into view. `asked` is true where a person wants it. */
  fit(frame: Pick<Layout, 'left' | 'top' | 'width' | 'height'>, asked: boolean): void {
    const { clientWidth, clientHeight } = this.#box
    if (this.#held && !asked) return
    if (frame.width === 0 || clientWidth === 0) return
    if (asked) setQuery({ at: undefined })
    this.#held = false
    // What stands above the picture must not stand on it.
    const top = document.querySelector<HTMLElement>('.map-notes')?.offsetHeight ?? 0
    const height = clientHeight - top
    const k = Math.min(
      (clientWidth - 2 * PADDING) / frame.width,
      (height - 2 * PADDING) / frame.height,
      FIT_SCALE_MAX,
    )
    const x = (clientWidth - frame.width * k) / 2 - frame.left * k
    const y = top + (height - frame.height * k) / 2 - frame.top * k
    this.#behavior.transform(select(this.#box), zoomIdentity.translate(x, y).scale(k))
  }

  by(factor: number): void {
    this.#held = true
    this.#behavior.scaleBy(select(this.#box), factor)
  }

  /** Moves the picture just enough that a rectangle of it is in view. */
  reveal(inner: Rectangle): void {
    const { x, y, k } = this.transform
    const over = (low: number, high: number, max: number) =>
      low < 0 ? 24 - low : high > max ? max - high - 24 : 0
    const dx = over(inner.left * k + x, inner.right * k + x, this.#box.clientWidth)
    const dy = over(inner.top * k + y, inner.bottom * k + y, this.#box.clientHeight)
    if (dx !== 0 || dy !== 0) this.#behavior.translateBy(select(this.#box), dx / k, dy / k)
  }

  get transform(): ZoomTransform {
    const box = this.#box as Element & { __zoom?: ZoomTransform }
    return box.__zoom ?? zoomIdentity
  }

  close(): void {
    select(this.#box).on('.zoom', null)
  }
}
