/** Numbers as people read them; used by the picture, the UI and the command line alike. */

const digits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? trim(value.toFixed(1)) : trim(value.toFixed(2))

const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** Calls per second: `0.4/s`, `12.5/s`, `1.2k/s`. */
export function rateText(per_second: number): string {
  return `${countText(per_second)}/s`
}

/** A count or a rate without its unit: `7`, `0.05`, `1.2k`, `3.4M`. */
export function countText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 1e9) return `${digits(value / 1e9)}G`
  if (value >= 1e6) return `${digits(value / 1e6)}M`
  if (value >= 9999.5) return `${digits(value / 1e3)}k`
  if (value >= 1000) return `${(value / 1000).toFixed(1)}k`
  if (value > 0 && value < 0.01) return '<0.01'
  return digits(value)
}

/** A whole number with thin spaces between thousands: `12 345`. */
export function wholeText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

/** A share 0..1 as per cent: `0 %`, `0.3 %`, `12 %`; never rounded to 0 or 100 unless it is. */
export function shareText(share: number): string {
  if (!Number.isFinite(share)) return '–'
  const percent = share * 100
  if (percent <= 0) return '0 %'
  if (percent < 0.01) return '<0.01 %'
  if (percent >= 100) return '100 %'
  if (percent > 99.99) return '>99.99 %'
  if (percent < 1) return `${trim(percent.toFixed(2))} %`
  return `${percent >= 99 ? trim(percent.toFixed(2)) : percent >= 10 ? percent.toFixed(0) : trim(percent.toFixed(1))} %`
}

/** Microseconds as `640 µs`, `2.5 ms`, `1.2 s`, `3 min`. */
export function durationText(us: number): string {
  if (!Number.isFinite(us)) return '–'
  if (us < 1) return '0 ms'
  if (us < 999.5) return `${us.toFixed(0)} µs`
  if (us < 999_500) return `${digits(us / 1e3)} ms`
  if (us < 120e6) return `${digits(us / 1e6)} s`
  if (us < 7200e6) return `${digits(us / 60e6)} min`
  return `${digits(us / 3600e6)} h`
}

/** Bytes in powers of 1,000: `640 B`, `2.5 kB`, `1.2 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`
  if (bytes < 999_500) return `${digits(bytes / 1e3)} kB`
  if (bytes < 999_500_000) return `${digits(bytes / 1e6)} MB`
  return `${digits(bytes / 1e9)} GB`
}

/** Seconds as an age: `now`, `12 s`, `5 min`, `3 h`, `2 d`. */
export function ageText(seconds: number): string {
  if (seconds < 1) return 'now'
  if (seconds < 100) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** Seconds since something happened: `just now`, `12 s ago`. */
export function agoText(seconds: number): string {
  return seconds < 1 ? 'just now' : `${ageText(seconds)} ago`
}
