/** Names of services, zones, taps and versions: what fits a header, a metric's label and a path. */
export function isName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@:/+-]{0,127}$/.test(text)
}
