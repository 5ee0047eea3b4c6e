import type { X509Certificate } from 'node:crypto'

/**
 * The URI name of a certificate that has exactly one name. Node prints further names behind a comma, and
 * puts what holds a comma or a quote into quotes, so the whole text has to be one plain URI: a match of
 * its beginning would take the first of two.
 * @returns undefined for none, for several, and for names of other kinds
 */
export function uriOf({ subjectAltName }: X509Certificate): string | undefined {
  return /^URI:([^\s,"]+)$/.exec(subjectAltName ?? '')?.[1]
}
