import type * as library from '@peculiar/x509'
import { TapmeshError } from '../model/error.ts'

/**
 * The library for certificates, loaded at the first use: a tenth of a second and 17 MB that a mesh
 * without identities does not pay.
 */
export type X509 = typeof library

let loaded: Promise<X509> | undefined

async function load(): Promise<X509> {
  try {
    // The library asks for decorators' metadata while it loads.
    await import('reflect-metadata')
    return await import('@peculiar/x509')
  } catch (cause) {
    throw new TapmeshError(
      'TAPMESH_CERTIFICATES_MISSING',
      'the packages @peculiar/x509 and reflect-metadata are not installed here',
      'The single-file tap leaves them out: put them beside it with npm install, or run the tap from a checkout: node cli/tapmesh.mjs tap.',
      { cause },
    )
  }
}

/** @throws TapmeshError TAPMESH_CERTIFICATES_MISSING */
export function loadX509(): Promise<X509> {
  loaded ??= load()
  return loaded
}

export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const
export const SIGN_ALGORITHM = { ...KEY_ALGORITHM, hash: 'SHA-256' } as const

/** Certificates begin so long before they are made, for peers whose clock is behind. */
export const CLOCK_SKEW_MS = 5 * 60_000

/** A positive number of 126 random bits, hex (RFC 5280 section 4.1.2.2 wants it positive and unguessable). */
export function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return Buffer.from(bytes).toString('hex')
}
