/** Objects kept; names of protocols come from clients, so there may be many. */
const KEPT_MAX = 256
const kept = new Map<string, Readonly<Record<string, string>>>()

/**
 * Why a call is relayed without decoding, and what its TLS offers: the same object for the same values.
 * @param reason a word of a decoder @param alpn protocols by comma, as a ClientHello offers them (RFC 7301)
 */
export function opaqueAttributes(reason: string, alpn = ''): Readonly<Record<string, string>> {
  const key = `${reason} ${alpn}`
  let attributes = kept.get(key)
  if (attributes === undefined) {
    attributes = Object.freeze({
      ...(reason === '' ? {} : { opaque_reason: reason }),
      ...(alpn === '' ? {} : { tls_alpn: alpn }),
    })
    if (kept.size < KEPT_MAX) kept.set(key, attributes)
  }
  return attributes
}
