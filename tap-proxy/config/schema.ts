import * as z from 'zod'
import { isName } from '../../document/name.ts'
import { MISSING, parsed } from '../../document/parsed.ts'
import { parseDuration, parseSize } from '../../document/quantity.ts'
import { LISTENER_PROTOCOLS } from '../../model/protocol.ts'
import type { Address, UpstreamAddress } from '../../net/address.ts'
import { FIELDS_CAP } from '../../wire/http1/field-table.ts'
import { isAllowEntry, isHost, parseAddress } from './address.ts'
import type { TapDocument } from './document.ts'
import { isWatchdog, readUrl, WORKERS_MAX } from './flags.ts'
import { isToken } from './token.ts'

/** The YAML document of one tap. Strict: an unknown key is a mistake. */

const LISTENERS_MAX = 256
const ENTRIES_MAX = 1024

const name = parsed(
  (text) => (isName(text) ? text : undefined),
  'a name of letters, digits and . _ @ : / + -',
)
const host = parsed((text) => (isHost(text) ? text : undefined), 'a host name or address')
const duration = parsed(parseDuration, 'a duration like 500ms, 10s or 1m')
const size = parsed(parseSize, 'a size like 256KiB or 16MiB')
const listen = parsed(parseAddress, 'an address like 8080 or 127.0.0.1:8080')
const upstream = parsed((text): Address | undefined => {
  const address = parseAddress(text)
  return address && address.port > 0 ? address : undefined
}, 'an address like 127.0.0.1:3000 or orders:80')
const zoned = z.preprocess(
  (value) => (typeof value === 'string' || typeof value === 'number' ? { address: value } : value),
  z
    .strictObject({ address: upstream, zone: name.optional() })
    .transform(({ address, zone }): UpstreamAddress => (zone === undefined ? address : { ...address, zone })),
)
const to = z.preprocess(
  (value) => (typeof value === 'string' || typeof value === 'number' ? [value] : value),
  z
    .array(zoned, {
      error: ({ input }) => (input === undefined ? MISSING : 'not an address or a list of addresses'),
    })
    .min(1)
    .max(ENTRIES_MAX),
)
const count = (most: number) => z.int().min(1).max(most)
const text = z.string().min(1).max(4096)

const listener = {
  name: name.optional(),
  listen,
  protocol: z.enum(LISTENER_PROTOCOLS).optional(),
  untouched: z.boolean().optional(),
}
const { protocol: _protocol, ...forwardListener } = listener

const limits = z
  .strictObject({
    headBytes: size.optional(),
    headFields: count(FIELDS_CAP).optional(),
    headDeadline: duration.optional(),
    bodyProgressBytes: size.optional(),
    bodyProgressEvery: duration.optional(),
    idle: duration.optional(),
    connect: duration.optional(),
    answer: duration.optional(),
    connections: count(1_000_000).optional(),
    routes: count(100_000).optional(),
  })
  .transform((given) => {
    const renamed = {
      head_bytes_max: given.headBytes,
      head_fields_max: given.headFields,
      head_deadline_ms: given.headDeadline,
      body_progress_bytes: given.bodyProgressBytes,
      body_progress_ms: given.bodyProgressEvery,
      idle_ms: given.idle,
      connect_ms: given.connect,
      answer_ms: given.answer,
      connections_max: given.connections,
      routes_max: given.routes,
    }
    return Object.fromEntries(Object.entries(renamed).filter(([, value]) => value !== undefined))
  })

export const TAP_SCHEMA = z.strictObject({
  tap: name.optional(),
  service: name,
  zone: name.optional(),
  version: name.optional(),
  inbound: z
    .array(z.strictObject({ ...listener, to }))
    .max(LISTENERS_MAX)
    .optional(),
  outbound: z
    .array(z.strictObject({ ...listener, to, service: name.optional(), zone: name.optional() }))
    .max(LISTENERS_MAX)
    .optional(),
  forwardProxy: z
    .array(
      z.strictObject({
        ...forwardListener,
        allow: z
          .array(
            parsed(
              (entry) => (isAllowEntry(entry) ? entry : undefined),
              'a host, *.suffix, address or network',
            ),
          )
          .max(ENTRIES_MAX)
          .optional(),
      }),
    )
    .max(LISTENERS_MAX)
    .optional(),
  admin: z
    .strictObject({
      host: host.optional(),
      port: z.int().min(0).max(65_535).optional(),
      beyondLoopback: z.boolean().optional(),
    })
    .optional(),
  collector: z
    .strictObject({
      url: parsed(readUrl, 'an address like http://127.0.0.1:7401'),
      token: parsed((value) => (isToken(value) ? value : undefined), 'a token').optional(),
      tokenFile: text.optional(),
      buffer: size.optional(),
      flush: duration.optional(),
    })
    .optional(),
  control: z
    .strictObject({
      enabled: z.boolean().optional(),
      stateDir: text.optional(),
      bypassFile: text.optional(),
    })
    .optional(),
  identity: z.strictObject({ files: text.optional(), joinTokenFile: text.optional() }).optional(),
  otlp: z
    .strictObject({
      endpoint: parsed(readUrl, 'an address like http://127.0.0.1:4318'),
      sample: z.number().min(0).max(1).optional(),
    })
    .optional(),
  accessLog: z.strictObject({ format: z.enum(['json', 'text']), file: text.optional() }).optional(),
  callers: z
    .record(
      z
        .string()
        .refine((key) => isAllowEntry(key) && /[.:]/.test(key), 'a caller is an address or a network'),
      name,
    )
    .refine((callers) => Object.keys(callers).length <= ENTRIES_MAX, `more than ${ENTRIES_MAX} callers`)
    .optional(),
  limits: limits.optional(),
  grace: duration.optional(),
  upgradeGrace: duration.optional(),
  workers: z.union([count(WORKERS_MAX), z.literal('auto')]).optional(),
  watchdog: duration.refine(isWatchdog, 'a watchdog waits for a second or longer, or is 0').optional(),
})

/** Fails to compile where the schema and the document part ways. */
export type CheckedDocument = z.output<typeof TAP_SCHEMA> extends TapDocument ? TapDocument : never
