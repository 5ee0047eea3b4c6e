import { readFileSync } from 'node:fs'

/** What else happened on the machine during a measure: the reason why figures of two runs differ. */
export interface Weather {
  /** Share of the time of all cores that another virtual machine took. */
  stolen_share: number
  /** Processes that ran or waited, one-minute average, when the measure began. */
  load_before: number
}

/** Starts watching; the answer tells the weather since then. */
export function watchWeather(): () => Weather {
  const load_before = Number(readFileSync('/proc/loadavg', 'latin1').split(' ')[0])
  const before = parseCpuLine(readFileSync('/proc/stat', 'latin1'))
  return () => {
    const after = parseCpuLine(readFileSync('/proc/stat', 'latin1'))
    const total = after.total - before.total
    return { stolen_share: total > 0 ? (after.stolen - before.stolen) / total : 0, load_before }
  }
}

/** The line of all cores: user nice system idle iowait irq softirq steal guest guest_nice, in ticks. */
export function parseCpuLine(text: string): { total: number; stolen: number } {
  const ticks = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').map(Number)
  // Guest time is already part of user time.
  return { total: ticks.slice(0, 8).reduce((sum, value) => sum + value, 0), stolen: ticks[7] ?? 0 }
}
