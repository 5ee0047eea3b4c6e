import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Long lists: only the rows near the window are in the page. */

/** Lists up to this length are in the page as a whole. */
const WHOLE_MAX = 200
/** Pixels above and below the window that are drawn ahead. */
const AHEAD_PX = 600

export interface Rows {
  first: number
  /** Exclusive. */
  end: number
  /** Pixels that the rows left out would take. */
  above_px: number
  below_px: number
}

/** Which rows lie between two heights of a list. @param tops where each row begins, rising; one more for the end */
export function rowsBetween(tops: readonly number[], from_px: number, to_px: number): Rows {
  const count = tops.length - 1
  const rowAt = (px: number): number => {
    let [low, high] = [0, count]
    while (low < high) {
      const middle = (low + high) >> 1
      if (tops[middle + 1]! <= px) low = middle + 1
      else high = middle
    }
    return low
  }
  const first = rowAt(Math.max(0, from_px))
  const end = Math.min(count, rowAt(to_px) + 1)
  return { first, end, above_px: tops[first] ?? 0, below_px: (tops[count] ?? 0) - (tops[end] ?? 0) }
}

/** Heights added up: where each row begins. */
export function topsOf(heights: readonly number[]): number[] {
  const tops = [0]
  for (const height of heights) tops.push(tops[tops.length - 1]! + height)
  return tops
}

/** The rows to draw of a list whose element is `list`, renewed as the page scrolls. */
export function useWindowed(tops: readonly number[], list: RefObject<HTMLElement | null>): Rows {
  const count = tops.length - 1
  const whole = count <= WHOLE_MAX
  const all = { first: 0, end: whole ? count : WHOLE_MAX, above_px: 0, below_px: 0 }
  const [rows, setRows] = useState<Rows>(all)
  const asked = useRef(0)
  const measure = () => {
    asked.current = 0
    const top = list.current?.getBoundingClientRect().top ?? 0
    const next = rowsBetween(tops, -top - AHEAD_PX, window.innerHeight - top + AHEAD_PX)
    setRows((before) => (before.first === next.first && before.end === next.end ? before : next))
  }
  useLayoutEffect(() => {
    if (!whole) measure()
  }, [tops])
  useEffect(() => {
    if (whole) return
    const soon = () => {
      if (asked.current === 0) asked.current = window.requestAnimationFrame(measure)
    }
    window.addEventListener('scroll', soon, { passive: true })
    window.addEventListener('resize', soon)
    return () => {
      window.cancelAnimationFrame(asked.current)
      asked.current = 0
      window.removeEventListener('scroll', soon)
      window.removeEventListener('resize', soon)
    }
  }, [tops])
  return whole ? all : rows
}
