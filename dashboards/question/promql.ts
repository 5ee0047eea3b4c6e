/** Pieces of PromQL. A call that two taps see is counted by both, so every selector fixes one reporter. */

/** The step a rate is taken over; Grafana makes it at least four scrapes long. */
export const RATE = '$__rate_interval'
/** The whole window that is shown. */
export const RANGE = '$__range'

/** Calls as the called service's tap saw them. */
export const SERVER = 'reporter="server"'
/** Calls as the calling service's tap saw them. */
export const CLIENT = 'reporter="client"'

const by = (labels: string): string => (labels === '' ? '' : ` by (${labels})`)

/** Calls a second. */
export function rate(labels: string, selector: string, window = RATE): string {
  return `sum${by(labels)} (rate(tapmesh_requests_total{${selector}}[${window}]))`
}

/** Share of calls that failed; nothing where there are no calls. Calls of a series that never failed count as 0. */
export function failedShare(labels: string, selector: string, window = RATE): string {
  const failed = `sum${by(labels)} (rate(tapmesh_requests_failed_total{${selector}}[${window}]))`
  return `${failed} / (${rate(labels, selector, window)} > 0)`
}

/** Quantile of durations, seconds, interpolated inside its bucket. */
export function quantile(q: number, labels: string, selector: string, window = RATE): string {
  const le = labels === '' ? 'le' : `le, ${labels}`
  return `histogram_quantile(${q}, sum by (${le}) (rate(tapmesh_request_duration_seconds_bucket{${selector}}[${window}])))`
}

/** Mean duration, seconds; exact, unlike a quantile. */
export function mean(labels: string, selector: string, window = RATE): string {
  const name = 'tapmesh_request_duration_seconds'
  const sum = `sum${by(labels)} (rate(${name}_sum{${selector}}[${window}]))`
  return `${sum} / (sum${by(labels)} (rate(${name}_count{${selector}}[${window}])) > 0)`
}

/** Calls in flight on average: durations summed a second (Little's law). */
export function inFlight(labels: string, selector: string, window = RATE): string {
  return `sum${by(labels)} (rate(tapmesh_request_duration_seconds_sum{${selector}}[${window}]))`
}
