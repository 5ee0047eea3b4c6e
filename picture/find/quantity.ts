import type { Unit } from './field.ts'

/** Numbers with units as people type them: `200ms`, `1.5s`, `5%`, `2k`, `10/s`, `3MB`. */

const FACTORS: Record<Unit, Record<string, number>> = {
  // Without a unit a duration is in milliseconds, as most people think of calls.
  duration: { '': 1000, us: 1, µs: 1, ms: 1000, s: 1e6, sec: 1e6, m: 60e6, min: 60e6 },
  percent: { '': 1, '%': 1 },
  number: { '': 1, '/s': 1, k: 1e3, 'k/s': 1e3, m: 1e6 },
  bytes: { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, gb: 1e9 },
}

const EXAMPLES: Record<Unit, string> = {
  duration: 'is a duration such as 200ms or 1.5s',
  percent: 'is a share such as 5 or 5%',
  number: 'is a number such as 10 or 2k',
  bytes: 'is a size such as 500kB',
}

/** The number in the field's own unit (microseconds, per cent), or a sentence that says what is wanted. */
export function amountOf(text: string, unit: Unit): number | string {
  const [, digits = '', suffix = ''] = /^(\d+(?:\.\d+)?)(.*)$/.exec(text.toLowerCase()) ?? []
  const factor = Object.hasOwn(FACTORS[unit], suffix) ? FACTORS[unit][suffix] : undefined
  return digits === '' || factor === undefined ? EXAMPLES[unit] : Number(digits) * factor
}
