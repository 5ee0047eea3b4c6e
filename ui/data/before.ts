import { effect, signal } from '@preact/signals'
import type { Graph } from '../../graph-api/contract.ts'
import { apiAddress, getJson } from './api.ts'
import { graph } from './live-graph.ts'

/** The graph of the time right before the window, as long as it: what `new` and `gone` are held against. */

export const before = signal<Graph | undefined>(undefined)

/** A sliding window asks again once it moved by so much of its length. */
const MOVED_SHARE = 0.25

/** Asks while `wanted` is true; call once. */
export function followBefore(wanted: { value: boolean }): void {
  let asked = { from: 0, seconds: 0 }
  effect(() => {
    const shown = graph.value?.window
    if (!wanted.value || !shown) return
    const [from, seconds] = [Date.parse(shown.from), shown.seconds]
    const near = Math.abs(from - asked.from) < seconds * 1000 * MOVED_SHARE
    if (near && Math.abs(seconds - asked.seconds) < seconds * MOVED_SHARE) return
    asked = { from, seconds }
    const start = new Date(from - seconds * 1000).toISOString()
    getJson<Graph>(apiAddress('graph', { from: start, to: new Date(from).toISOString() })).then(
      (answer) => {
        before.value = answer
      },
      () => {
        asked = { from: 0, seconds: 0 }
      },
    )
  })
}
