import type { Look, Question } from './question.ts'

/** Where panels stand: Grafana's grid is 24 columns wide, its rows are 30 pixels high. */

export const COLUMNS = 24
const HEIGHTS: Readonly<Record<Look, number>> = {
  stat: 4,
  line: 8,
  stack: 8,
  heatmap: 8,
  table: 9,
  nodes: 14,
  logs: 12,
}

export interface Place {
  x: number
  y: number
  w: number
  h: number
}

/** Side by side while there is room, then below the highest of the row; what stands last in a row fills it. */
export function placesOf(questions: readonly Question[]): Place[] {
  const rows: Place[][] = []
  let width = COLUMNS
  for (const { width: w, height, look } of questions) {
    if (width + w > COLUMNS) {
      rows.push([])
      width = 0
    }
    rows.at(-1)!.push({ x: width, y: 0, w, h: height ?? HEIGHTS[look] })
    width += w
  }
  let y = 0
  for (const row of rows) {
    const h = Math.max(...row.map((place) => place.h))
    const last = row.at(-1)!
    last.w = COLUMNS - last.x
    for (const place of row) Object.assign(place, { y, h })
    y += h
  }
  return rows.flat()
}
