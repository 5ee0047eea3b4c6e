/** Durations and sizes as people write them. Each returns undefined for a text of another form. */

const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const SIZE_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** `500ms`, `10s`, `1.5m`, `1h` -> milliseconds; a bare `0` is allowed. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, DURATION_MS)
}

/** `16MiB`, `256KiB`, `10MB`, `512B`, or a bare number of bytes -> bytes. */
export function parseSize(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text.trim()) ? Number(text) : parseQuantity(text, SIZE_BYTES)
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  if (text.trim() === '0') return 0
  const match = /^([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([A-Za-z]{1,3})$/.exec(text.trim())
  const unit = match && Object.hasOwn(units, match[2]!) ? units[match[2]!] : undefined
  if (!match || unit === undefined) return undefined
  const value = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(value) ? value : undefined
}
