import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { RequestHandler } from 'express'

/**
 * The UI's files, read once into memory. A request only looks up a key there, so no path, however
 * written, leads to a file outside.
 */
export interface Asset {
  body: Buffer
  gzip: Buffer
  type: string
  etag: string
  /** Its name changes with its content. */
  hashed: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
}

/** Most files and bytes of a UI build; more is not one of ours. */
export const FILES_MAX = 500
const HASHED = /-[A-Z0-9]{8}\.[a-z0-9]+$/

/** Files below a folder by their path with `/`; empty where the folder does not exist. */
export function readAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>()
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return assets
  }
  for (const name of names.sort().slice(0, FILES_MAX)) {
    const type = TYPES[extname(name)]
    if (type === undefined) continue
    const body = readFileSync(join(folder, name))
    assets.set(`/${name.replaceAll('\\', '/')}`, {
      body,
      gzip: gzipSync(body, { level: 9 }),
      type,
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      hashed: HASHED.test(name),
    })
  }
  return assets
}

/** Addresses of the UI; all are the one page, which reads the address itself. */
const PAGES =
  /^\/(?:|map|services|service\/[^/]+|edge\/[^/]+\/[^/]+|calls|call\/[^/]+|trace\/[^/]+|enforce(?:\/[^/]+\/[^/]+)?|policies|backtest|audit|status|setup|inventory)$/

const MISSING = 'The UI is not built. Run `npm run build`, then open this page again.\n'

export function assetRoute(assets: ReadonlyMap<string, Asset>): RequestHandler {
  return (request, response, next) => {
    const page = PAGES.test(request.path)
    const asset = assets.get(page ? '/index.html' : request.path)
    if (!asset) {
      if (page) response.status(503).type('text/plain').send(MISSING)
      else next()
      return
    }
    response.setHeader('content-type', asset.type)
    response.setHeader('etag', asset.etag)
    response.setHeader('vary', 'accept-encoding')
    response.setHeader('cache-control', asset.hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    if (request.headers['if-none-match'] === asset.etag) {
      response.status(304).end()
      return
    }
    const gzip = asset.body.length > 1024 && request.acceptsEncodings('gzip') === 'gzip'
    if (gzip) response.setHeader('content-encoding', 'gzip')
    response.end(gzip ? asset.gzip : asset.body)
  }
}
