/** Numbers as people read them in a table: three digits that matter, the unit always said. */

/** Microseconds: `0.42 ms`, `8.1 ms`, `312 ms`, `1.2 s`, `2 min 5 s`. */
export function duration(us: number): string {
  if (us <= 0) return '0 ms'
  const ms = us / 1000
  if (ms < 1) return `${ms.toFixed(2)} ms`
  if (ms < 99.95) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** Calls per second. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0/s'
  if (perSecond < 0.01) return '<0.01/s'
  if (perSecond < 10) return `${perSecond.toFixed(2)}/s`
  if (perSecond < 100) return `${perSecond.toFixed(1)}/s`
  return `${count(Math.round(perSecond))}/s`
}

/** A share 0..1 in percent. A share that is not zero never reads as zero. */
export function share(value: number): string {
  if (value === 0) return '0 %'
  const percent = value * 100
  if (percent < 0.1) return '<0.1 %'
  if (percent < 10) return `${percent.toFixed(1)} %`
  if (percent < 100 && percent > 99) return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`
  return `${Math.round(percent)} %`
}

/** Whole numbers with thousands separated by commas. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in decimal units, as disks are sold. */
export function bytes(value: number): string {
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < BYTE_UNITS.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${BYTE_UNITS[unit]}`
}

/** `3 s ago`, `5 min ago`, `2 h ago`, `4 d ago`. */
export function ago(then: string | null, now: number): string {
  if (then === null || then === '') return 'never'
  const seconds = Math.max(0, Math.round((now - Date.parse(then)) / 1000))
  if (seconds < 90) return `${seconds} s ago`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`
  return `${Math.round(seconds / 86_400)} d ago`
}

/** The time of day of an RFC 3339 instant, UTC, milliseconds. */
export function timeOfDay(instant: string): string {
  return instant.slice(11, 23)
}
