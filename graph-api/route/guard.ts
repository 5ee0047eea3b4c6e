import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { TapmeshError } from '../../model/error.ts'

/** What keeps pages of other origins out: the API listens on loopback, and every browser reaches that. */

/**
 * Scripts, styles and pictures from here only, nothing inline, in no frame. The map's page needs no
 * more; an answer that is opened by itself can do nothing at all.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

export const securityHeaders: RequestHandler = (_request, response, next) => {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  next()
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']
/** `name`, `name:port`, `[v6]` or `[v6]:port`; anything else is no Host we know. */
const HOST_FORM = /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/

/**
 * Lets only known names of this program in. A page of another origin that makes its own name point
 * to 127.0.0.1 (DNS rebinding) still sends that name.
 */
export function hostGuard(hosts: readonly string[]): RequestHandler {
  const known = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())])
  return (request, _response, next) => {
    const [, name] = HOST_FORM.exec((request.headers.host ?? '').toLowerCase()) ?? []
    if (name !== undefined && known.has(name)) return next()
    next(
      new TapmeshError(
        'TAPMESH_HOST_FORBIDDEN',
        'the Host header names no host of this tapmesh',
        'Open it as http://127.0.0.1 or http://localhost, or start it with that name allowed.',
      ),
    )
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD'])

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The page that sent the request is of this very origin, or it was no page. */
function sameOrigin(request: Request): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin, host } = request.headers
  // Behind a proxy that ends TLS the page's scheme is https while ours stays http.
  return origin === undefined || /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase() === host?.toLowerCase()
}

/** @throws TapmeshError where the request must not change anything */
function checkMutation(request: Request, token: Buffer): void {
  if (!sameOrigin(request)) {
    throw new TapmeshError(
      'TAPMESH_ORIGIN_FORBIDDEN',
      'a page of another origin may not change anything here',
      'Use the UI of this tapmesh or its command line.',
    )
  }
  const [, given] = /^Bearer ([!-~]{1,512})$/i.exec(request.headers.authorization ?? '') ?? []
  if (given === undefined) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_MISSING',
      'changes need the header Authorization: Bearer <token>',
      'The token stands in .tapmesh/token of the folder tapmesh runs in.',
    )
  }
  // Both are digested first, so that the comparison tells neither length nor place of a difference.
  if (!timingSafeEqual(digest(given), token)) {
    throw new TapmeshError(
      'TAPMESH_TOKEN_WRONG',
      'the token is not the one of this tapmesh',
      'The token stands in .tapmesh/token of the folder tapmesh runs in.',
    )
  }
  const [type] = (request.headers['content-type'] ?? '').split(';')
  if (type!.trim().toLowerCase() !== 'application/json') {
    throw new TapmeshError(
      'TAPMESH_BODY_TYPE',
      'changes are sent as application/json',
      'Set the header content-type: application/json.',
    )
  }
}

/** Reading is free; every other method needs the same origin, the token and a JSON body. */
export function mutationGuard(token: string): RequestHandler {
  const wanted = digest(token)
  return (request, _response, next) => {
    if (!SAFE_METHODS.has(request.method)) checkMutation(request, wanted)
    next()
  }
}
