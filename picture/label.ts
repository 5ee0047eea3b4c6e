import type { Curve } from './path.ts'
import { pointAt } from './path.ts'
import { textWidth } from './text.ts'

/** Where the labels of edges stand: on their line, clear of boxes and of each other, or not at all. */

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export interface LabelPlace {
  x: number
  y: number
  width: number
  height: number
  /** One under the other, centred on the place. */
  lines: readonly string[]
  /** Index of the first line that tells of a loss by a policy, where one does. */
  loss_from?: number
}

export const LABEL_SIZE = 13
export const LABEL_LINE = 16
/** Shares of the curve that are tried, from the best to the last resort. */
const TRIES = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.26, 0.68, 0.2]

/** A grid of boxes, so that a label is checked against its neighbours only. */
export class Occupied {
  readonly #cells = new Map<string, Box[]>()
  readonly #cell = 120

  #keys(box: Box): string[] {
    const keys: string[] = []
    for (let x = Math.floor(box.left / this.#cell); x <= Math.floor(box.right / this.#cell); x++) {
      for (let y = Math.floor(box.top / this.#cell); y <= Math.floor(box.bottom / this.#cell); y++) {
        keys.push(`${x}:${y}`)
      }
    }
    return keys
  }

  add(box: Box): void {
    for (const key of this.#keys(box)) {
      const cell = this.#cells.get(key)
      if (cell) cell.push(box)
      else this.#cells.set(key, [box])
    }
  }

  isFree(box: Box): boolean {
    return this.#keys(box).every((key) =>
      (this.#cells.get(key) ?? []).every(
        (other) =>
          box.left >= other.right ||
          box.right <= other.left ||
          box.top >= other.bottom ||
          box.bottom <= other.top,
      ),
    )
  }
}

/** Base line of the line `at` of a label. */
export function lineHeight(label: LabelPlace, at: number): number {
  return label.y + (at - (label.lines.length - 1) / 2) * LABEL_LINE + 4.5
}

/** Finds a free place on the curve and takes it; undefined where all are taken. */
export function placeLabel(
  lines: readonly string[],
  curve: Curve,
  occupied: Occupied,
): LabelPlace | undefined {
  const width = Math.max(...lines.map((line) => textWidth(line, LABEL_SIZE))) + 6
  const height = lines.length * LABEL_LINE + 2
  for (const share of TRIES) {
    const { x, y } = pointAt(curve, share)
    const box = {
      left: x - width / 2 - 2,
      right: x + width / 2 + 2,
      top: y - height / 2,
      bottom: y + height / 2,
    }
    if (!occupied.isFree(box)) continue
    occupied.add(box)
    return { x, y, width, height, lines }
  }
  return undefined
}
