/** Host and port of an authority that passed the parser, as a forward proxy is asked for it. */
export function readAuthority(
  bytes: Buffer,
  start: number,
  end: number,
  defaultPort: number,
): { host: string; port: number } {
  const authority = bytes.toString('latin1', start, end).toLowerCase()
  const colon = authority.lastIndexOf(':')
  const hasPort = colon > authority.lastIndexOf(']')
  if (!hasPort) return { host: authority, port: defaultPort }
  const digits = authority.slice(colon + 1)
  return { host: authority.slice(0, colon), port: digits === '' ? defaultPort : Number(digits) }
}
