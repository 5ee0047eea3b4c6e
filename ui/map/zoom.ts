import { signal } from '@preact/signals'
import { select } from 'd3-selection'
import type { ZoomBehavior, ZoomTransform } from 'd3-zoom'
import { zoom, zoomIdentity } from 'd3-zoom'
import type { Layout } from '../../graph-api/picture/layout.ts'
import type { Detail } from '../../graph-api/picture/scene.ts'
import { detailFor } from '../../graph-api/picture/scene.ts'
import { queryValue, setQuery } from '../state/location.ts'

/** Zoom and pan of the map. The transform goes straight to the element; only the detail is a signal. */

export const detail = signal<Detail>('full')

const SCALE: [number, number] = [0.08, 3]
const FIT_SCALE_MAX = 1.15
const PADDING = 12

/** `x,y,k` of the URL, where somebody moved the picture by hand. */
function transformOf(text: string): ZoomTransform | undefined {
  const [x, y, k] = text.split(',').map(Number)
  if (x === undefined || y === undefined || k === undefined || ![x, y, k].every(Number.isFinite))
    return undefined
  return zoomIdentity.translate(x, y).scale(Math.min(Math.max(k, SCALE[0]), SCALE[1]))
}

export class MapZoom {
  readonly #svg: SVGSVGElement
  readonly #behavior: ZoomBehavior<SVGSVGElement, unknown>
  /** True once a person moved the picture; then it is no longer fitted unasked. */
  #held = false

  constructor(svg: SVGSVGElement, world: SVGGElement) {
    this.#svg = svg
    this.#behavior = zoom<SVGSVGElement, unknown>()
      .scaleExtent(SCALE)
      .duration(0)
      .filter(
        (event: MouseEvent) =>
          (!event.button && !(event.target as Element).closest('[data-node]')) || event.type === 'wheel',
      )
      .on('zoom', ({ transform }: { transform: ZoomTransform }) => {
        world.setAttribute('transform', transform.toString())
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
    select(svg).call(this.#behavior).on('dblclick.zoom', null)
    const stored = transformOf(queryValue('at'))
    if (stored) {
      this.#held = true
      this.#behavior.transform(select(svg), stored)
    }
  }

  /** Brings the whole picture into view. `asked` is true where a person wants it. */
  fit(frame: Pick<Layout, 'left' | 'top' | 'width' | 'height'>, asked: boolean): void {
    const { clientWidth, clientHeight } = this.#svg
    if (this.#held && !asked) return
    if (frame.width === 0 || clientWidth === 0) return
    if (asked) setQuery({ at: undefined })
    this.#held = false
    const k = Math.min(
      (clientWidth - 2 * PADDING) / frame.width,
      (clientHeight - 2 * PADDING) / frame.height,
      FIT_SCALE_MAX,
    )
    const x = (clientWidth - frame.width * k) / 2 - frame.left * k
    const y = (clientHeight - frame.height * k) / 2 - frame.top * k
    this.#behavior.transform(select(this.#svg), zoomIdentity.translate(x, y).scale(k))
  }

  by(factor: number): void {
    this.#held = true
    this.#behavior.scaleBy(select(this.#svg), factor)
  }

  /** Moves the picture just enough that the element is in view. */
  reveal(element: Element): void {
    const [outer, inner] = [this.#svg.getBoundingClientRect(), element.getBoundingClientRect()]
    const over = (low: number, high: number, min: number, max: number) =>
      low < min ? min - low + 24 : high > max ? max - high - 24 : 0
    const [dx, dy] = [
      over(inner.left, inner.right, outer.left, outer.right),
      over(inner.top, inner.bottom, outer.top, outer.bottom),
    ]
    if (dx === 0 && dy === 0) return
    const { k } = this.transform
    this.#behavior.translateBy(select(this.#svg), dx / k, dy / k)
  }

  get transform(): ZoomTransform {
    const box = this.#svg as SVGSVGElement & { __zoom?: ZoomTransform }
    return box.__zoom ?? zoomIdentity
  }

  close(): void {
    select(this.#svg).on('.zoom', null)
  }
}
