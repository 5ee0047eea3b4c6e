import { availableParallelism, hostname } from 'node:os'
import { SAMPLE_DEFAULT } from '../../export/otlp/settings.ts'
import type { IdentitySettings, ListenerSettings, TapSettings } from '../settings.ts'
import { ADMIN_PORT_FIRST, DEFAULT_LIMITS } from '../settings.ts'
import { isLoopbackHost } from './address.ts'
import type { IdentityEntry, TapDocument } from './document.ts'
import { selfLoops } from './self-loop.ts'

const BUFFER_BYTES = 16 * 1024 * 1024
const FLUSH_MS = 1000
const GRACE_MS = 10_000
const UPGRADE_GRACE_MS = 600_000
const WATCHDOG_MS = 10_000

/** Something that no single value shows to be wrong; `path` leads to it in the document. */
export interface Conflict {
  path: (string | number)[]
  message: string
  hint: string
}

/** Fills in the defaults. The token is found elsewhere (config/token.ts), since that needs files. */
export function assemble(document: TapDocument): TapSettings {
  const service = document.service ?? 'unnamed'
  const { collector, otlp, accessLog, admin } = document
  return {
    tap: document.tap ?? `${service}@${hostname()}`,
    service,
    zone: document.zone ?? '',
    version: document.version ?? '',
    listeners: listenersOf(document, service),
    limits: { ...DEFAULT_LIMITS, ...document.limits },
    admin: {
      host: admin?.host ?? '127.0.0.1',
      port: admin?.port ?? ADMIN_PORT_FIRST,
      fixed: admin?.port !== undefined,
    },
    collector: collector && {
      url: collector.url,
      token: collector.token,
      buffer_bytes_max: collector.buffer ?? BUFFER_BYTES,
      flush_ms: collector.flush ?? FLUSH_MS,
    },
    otlp: otlp && { endpoint: otlp.endpoint, sample: otlp.sample ?? SAMPLE_DEFAULT },
    accessLog: accessLog && { format: accessLog.format, file: accessLog.file },
    control: {
      enabled: document.control?.enabled ?? true,
      state_dir: document.control?.stateDir,
      bypass_file: document.control?.bypassFile,
    },
    identity: identityOf(document.identity),
    callers: new Map(Object.entries(document.callers ?? {})),
    grace_s: (document.grace ?? GRACE_MS) / 1000,
    upgrade_grace_s: (document.upgradeGrace ?? UPGRADE_GRACE_MS) / 1000,
    workers: document.workers === 'auto' ? availableParallelism() : (document.workers ?? 1),
    watchdog_ms: document.watchdog ?? WATCHDOG_MS,
  }
}

function identityOf(given: IdentityEntry | undefined): IdentitySettings | undefined {
  if (!given) return undefined
  if (given.files !== undefined) return { kind: 'files', folder: given.files }
  return { kind: 'join', token: given.joinToken, file: given.joinTokenFile }
}

function listenersOf(document: TapDocument, service: string): ListenerSettings[] {
  const inbound = (document.inbound ?? []).map(
    (entry): ListenerSettings => ({
      name: entry.name ?? service,
      kind: 'inbound',
      listen: entry.listen,
      to: entry.to,
      destination: service,
      destination_zone: document.zone ?? '',
      protocol: entry.protocol ?? 'http',
      untouched: entry.untouched ?? false,
      allow: [],
    }),
  )
  const outbound = (document.outbound ?? []).map((entry): ListenerSettings => {
    const destination = entry.service ?? entry.to[0]?.host ?? ''
    return {
      name: entry.name ?? destination,
      kind: 'outbound',
      listen: entry.listen,
      to: entry.to,
      destination,
      destination_zone: entry.zone ?? '',
      protocol: entry.protocol ?? 'http',
      untouched: entry.untouched ?? false,
      allow: [],
    }
  })
  const forward = (document.forwardProxy ?? []).map(
    (entry): ListenerSettings => ({
      name: entry.name ?? 'any',
      kind: 'forward-proxy',
      listen: entry.listen,
      to: [],
      destination: '',
      destination_zone: '',
      protocol: 'http',
      untouched: entry.untouched ?? false,
      allow: entry.allow ?? [],
    }),
  )
  return [...inbound, ...outbound, ...forward]
}

/** What is wrong between values that are each right by themselves. */
export function conflictsIn(document: TapDocument): Conflict[] {
  const found: Conflict[] = []
  const lists = ['inbound', 'outbound', 'forwardProxy'] as const
  const seen = new Map<string, string>()
  for (const list of lists) {
    for (const [index, entry] of (document[list] ?? []).entries()) {
      const { host, port } = entry.listen
      const before = seen.get(`${host}:${port}`)
      if (port !== 0 && before !== undefined) {
        found.push({
          path: [list, index, 'listen'],
          message: `${host}:${port} is listened on by ${before} already`,
          hint: 'Give each listener a port of its own.',
        })
      }
      seen.set(`${host}:${port}`, `${list} ${index + 1}`)
    }
  }
  found.push(...selfLoops(document))
  if (Object.values(document.identity ?? {}).filter((value) => value !== undefined).length > 1) {
    found.push({
      path: ['identity'],
      message: 'the certificate is to come from several places',
      hint: 'Name one: files (flag --identity-files), joinTokenFile, or a join token.',
    })
  }
  if (document.service === undefined) {
    found.push({
      path: [],
      message: 'the service has no name',
      hint: 'Say whose tap this is: service: orders (flag --service orders).',
    })
  }
  if (lists.every((list) => (document[list] ?? []).length === 0)) {
    found.push({
      path: [],
      message: 'there is nothing to listen on',
      hint: 'Add an inbound, outbound or forwardProxy listener (flags --listen 8080 --to 127.0.0.1:3000).',
    })
  }
  const { host = '127.0.0.1', beyondLoopback = false } = document.admin ?? {}
  if (!isLoopbackHost(host) && !beyondLoopback) {
    found.push({
      path: ['admin', 'host'],
      message: `the admin port would be open beyond this machine on ${host}`,
      hint: 'Add beyondLoopback: true (flag --admin-beyond-loopback) if that is what you want; it has no password.',
    })
  }
  return found
}
