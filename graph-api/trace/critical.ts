import type { Bar } from './bar.ts'

function endOf(bar: Bar): number {
  return bar.start_us + bar.main.call.duration_us
}

/** Sets `self_us`: the duration minus the part during which at least one child ran. */
export function setSelfTime(bars: readonly Bar[]): void {
  for (const bar of bars) {
    const end = endOf(bar)
    let covered = 0
    let reached = bar.start_us
    for (const child of [...bar.children].sort((left, right) => left.start_us - right.start_us)) {
      const from = Math.max(child.start_us, reached)
      const to = Math.min(endOf(child), end)
      if (to <= from) continue
      covered += to - from
      reached = to
    }
    bar.self_us = bar.main.call.duration_us - covered
  }
}

/**
 * Marks the critical path: from the end of the longest root backward, always the child that
 * finished last before the time reached. Shortening a bar outside the path does not make the trace
 * shorter.
 */
export function markCritical(roots: readonly Bar[]): void {
  const first = [...roots].sort((left, right) => right.main.call.duration_us - left.main.call.duration_us)[0]
  if (!first) return
  const open = [{ bar: first, until: endOf(first) }]
  while (open.length > 0) {
    const { bar, until } = open.pop()!
    bar.critical = true
    let reached = until
    for (const child of [...bar.children].sort((left, right) => endOf(right) - endOf(left))) {
      if (endOf(child) > reached || child.start_us < bar.start_us) continue
      open.push({ bar: child, until: endOf(child) })
      reached = child.start_us
    }
  }
}
