import { didYouMean } from '../../document/did-you-mean.ts'
import { isName } from '../../document/name.ts'
import { parseDuration } from '../../document/quantity.ts'
import { TapmeshError } from '../../model/error.ts'
import { isAllowEntry, parseAddress } from './address.ts'
import type { IdentityEntry, InboundEntry, OutboundEntry, TapDocument } from './document.ts'
import { isToken } from './token.ts'

/** One flag: what stands behind it, and one sentence for `--help`. */
const FLAGS = {
  config: ['<file>', 'read everything from a YAML file'],
  service: ['<name>', 'the service this tap belongs to'],
  listen: ['<address>', 'inbound listener, for example 8080 or 0.0.0.0:8080'],
  to: ['<address>', 'where the service listens, for example 127.0.0.1:3000; may be repeated'],
  outbound: [
    '<listen>=<service>@<address>',
    'outbound listener, for example 9001=recommendation@10.0.0.5:80; may be repeated',
  ],
  'forward-proxy': ['<address>', 'listener for HTTP_PROXY'],
  allow: [
    '<host|*.suffix|network>',
    'what the forward proxy may reach besides private addresses; may be repeated',
  ],
  zone: ['<name>', 'zone or region of this service'],
  version: ['<name>', 'version of this service'],
  name: ['<name>', 'name of this tap, by default <service>@<host>'],
  collector: ['<url>', 'where records go, for example http://127.0.0.1:7401; also TAPMESH_COLLECTOR'],
  token: ['<token>', 'token for the collector; also TAPMESH_TOKEN'],
  'token-file': ['<file>', 'file that holds the token'],
  'no-control': ['', 'take no policy from the collector: nothing is ever enforced'],
  'state-dir': ['<folder>', 'where the last good policy is kept for a start without the collector'],
  'bypass-file': ['<file>', 'while this file is there, calls are relayed and nothing is enforced'],
  'join-token': ['<token>', 'join the mesh with it, from tapmesh join-token; also TAPMESH_JOIN_TOKEN'],
  'join-token-file': ['<file>', 'file that holds the join token; read at each try'],
  'identity-files': ['<folder>', 'take tls.crt, tls.key and ca.crt from there instead; it is watched'],
  'otlp-endpoint': ['<url>', 'send sampled calls as OTLP spans there, for example http://127.0.0.1:4318'],
  'otlp-sample': ['<share>', 'share of traces to send there, 0 to 1, by default 0.01'],
  'admin-port': ['<port>', 'port of /metrics, /healthz and /readyz; 0 is any free one'],
  'admin-host': ['<host>', 'address of the admin port, by default 127.0.0.1'],
  'admin-beyond-loopback': ['', 'allow an admin address beyond this machine'],
  'access-log': ['json|text', 'write one line a call to stdout'],
  'access-log-file': ['<file>', 'write the access log to a file instead'],
  caller: ['<network>=<service>', 'name of callers by address; may be repeated'],
  untouched: ['', 'change not one byte of the traffic: no trace header'],
  opaque: ['', 'relay bytes without decoding'],
  grace: ['<duration>', 'how long calls may take to end after SIGTERM, for example 10s'],
  'upgrade-grace': ['<duration>', 'how long connections may last after an upgrade, by default 10m'],
  workers: ['<number|auto>', 'processes that relay calls, by default 1; auto is one for each core'],
  watchdog: [
    '<duration>',
    'end this process if its event loop stands still for so long, by default 10s; 0 is never',
  ],
} as const

type Flag = keyof typeof FLAGS
const BARE: ReadonlySet<string> = new Set(Object.keys(FLAGS).filter((flag) => FLAGS[flag as Flag][0] === ''))
const REPEATED: ReadonlySet<string> = new Set(['to', 'outbound', 'forward-proxy', 'allow', 'caller'])
const BESIDE_CONFIG: ReadonlySet<string> = new Set([
  'config',
  'collector',
  'token',
  'token-file',
  'admin-port',
  'no-control',
  'state-dir',
  'bypass-file',
  'join-token',
  'join-token-file',
  'identity-files',
  'workers',
  'watchdog',
])

/** Lines of `--help`. */
export function flagHelp(): string {
  const rows = Object.entries(FLAGS).map(
    ([flag, [value, text]]) => [`  --${flag} ${value}`.trimEnd(), text] as const,
  )
  const width = Math.max(...rows.map(([left]) => Math.min(left.length, 34))) + 2
  return rows
    .map(([left, text]) =>
      left.length < width ? left.padEnd(width) + text : `${left}\n${' '.repeat(width)}${text}`,
    )
    .join('\n')
}

export interface ReadFlags {
  document: TapDocument
  /** The file of --config. */
  config: string | undefined
  /** Of --token and --token-file; these go before what a file says. */
  token: string | undefined
  tokenFile: string | undefined
  mistakes: TapmeshError[]
}

function usage(message: string, hint = 'Run tapmesh tap --help for all flags.'): TapmeshError {
  return new TapmeshError('TAPMESH_USAGE', message, hint)
}

/** Reads the words behind `tapmesh tap`; all mistakes are gathered. */
export function readFlags(argv: readonly string[]): ReadFlags {
  const mistakes: TapmeshError[] = []
  const given = splitFlags(argv, mistakes)
  const first = (flag: Flag) => given.get(flag)?.[0]
  if (given.has('config')) {
    for (const flag of given.keys()) {
      if (!BESIDE_CONFIG.has(flag))
        mistakes.push(usage(`--${flag} cannot stand beside --config`, 'Write it into the file.'))
    }
  }
  const check = <T>(flag: Flag, read: (text: string) => T | undefined, example: string): T | undefined => {
    const text = first(flag)
    if (text === undefined) return undefined
    const value = read(text)
    if (value === undefined) mistakes.push(usage(`--${flag} ${text}: not of the form ${example}`))
    return value
  }
  const name = (text: string) => (isName(text) ? text : undefined)
  const listeners = listenersOf(given, mistakes)
  const document: TapDocument = {
    service: check('service', name, 'orders'),
    zone: check('zone', name, 'eu-1'),
    version: check('version', name, '1.4.2'),
    tap: check('name', name, 'orders-1'),
    ...listeners,
    grace: check('grace', parseDuration, '10s'),
    upgradeGrace: check('upgrade-grace', parseDuration, '10m'),
    workers: check('workers', readWorkers, '4 or auto'),
    watchdog: check('watchdog', readWatchdog, '10s, at least 1s, or 0'),
    callers: callersOf(given.get('caller') ?? [], mistakes),
  }
  const admin = {
    host: first('admin-host'),
    port: check('admin-port', readPort, '7402'),
    beyondLoopback: given.has('admin-beyond-loopback'),
  }
  if (given.has('admin-host') || given.has('admin-port')) document.admin = admin
  const url = check('collector', readUrl, 'http://127.0.0.1:7401')
  const token = check(
    'token',
    (text) => (isToken(text) ? text : undefined),
    'printable characters without spaces',
  )
  if (url !== undefined) document.collector = { url }
  const control = {
    ...(given.has('no-control') ? { enabled: false } : {}),
    ...(given.has('state-dir') ? { stateDir: first('state-dir') } : {}),
    ...(given.has('bypass-file') ? { bypassFile: first('bypass-file') } : {}),
  }
  if (Object.keys(control).length > 0) document.control = control
  const identity = identityOf(first)
  if (identity) document.identity = identity
  const endpoint = check('otlp-endpoint', readUrl, 'http://127.0.0.1:4318')
  const sample = check('otlp-sample', readShare, '0.01')
  if (endpoint !== undefined) document.otlp = { endpoint, sample }
  else if (given.has('otlp-sample')) mistakes.push(usage('--otlp-sample needs --otlp-endpoint'))
  const format = check(
    'access-log',
    (text) => (text === 'json' || text === 'text' ? text : undefined),
    'json or text',
  )
  const file = first('access-log-file')
  if (format !== undefined || file !== undefined) document.accessLog = { format: format ?? 'json', file }
  return { document, config: first('config'), token, tokenFile: first('token-file'), mistakes }
}

function identityOf(first: (flag: Flag) => string | undefined): IdentityEntry | undefined {
  const given = {
    joinToken: first('join-token'),
    joinTokenFile: first('join-token-file'),
    files: first('identity-files'),
  }
  return Object.values(given).some((value) => value !== undefined) ? given : undefined
}

/** `--flag value`, `--flag=value` and bare flags -> values by flag. */
function splitFlags(argv: readonly string[], mistakes: TapmeshError[]): Map<string, string[]> {
  const given = new Map<string, string[]>()
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!
    const [, flag = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    if (!Object.hasOwn(FLAGS, flag)) {
      const near = didYouMean(flag || word, Object.keys(FLAGS))
      mistakes.push(
        usage(
          `unknown ${flag ? `flag --${flag}` : `word ${word}`}${near ? `; did you mean --${near}?` : ''}`,
        ),
      )
      const next = argv[index + 1]
      if (flag && inline === undefined && next !== undefined && !next.startsWith('--')) index++
      continue
    }
    const values = given.get(flag) ?? []
    if (values.length > 0 && !REPEATED.has(flag)) mistakes.push(usage(`--${flag} is given twice`))
    given.set(flag, values)
    if (BARE.has(flag)) {
      if (inline !== undefined) mistakes.push(usage(`--${flag} takes no value`))
      values.push('')
      continue
    }
    const value = inline ?? argv[++index]
    if (value === undefined || value === '' || (inline === undefined && value.startsWith('--'))) {
      mistakes.push(usage(`--${flag} needs a value: ${FLAGS[flag as Flag][0]}`))
      if (value?.startsWith('--')) index--
    } else values.push(value)
  }
  return given
}

function listenersOf(given: Map<string, string[]>, mistakes: TapmeshError[]): Partial<TapDocument> {
  const untouched = given.has('untouched')
  const protocol = given.has('opaque') ? 'opaque' : 'http'
  const addresses = (flag: Flag, values: readonly string[]) =>
    values.flatMap((text) => {
      const address = parseAddress(text)
      if (address && (flag !== 'to' || address.port > 0)) return [address]
      mistakes.push(
        usage(
          `--${flag} ${text}: not an address like ${flag === 'to' ? '127.0.0.1:3000' : '8080 or 127.0.0.1:8080'}`,
        ),
      )
      return []
    })
  const listen = addresses('listen', given.get('listen') ?? [])
  const to = addresses(
    'to',
    (given.get('to') ?? []).flatMap((text) => text.split(',')),
  )
  if (given.has('listen') && !given.has('to'))
    mistakes.push(usage('--listen needs --to: the address of the service'))
  if (given.has('to') && !given.has('listen'))
    mistakes.push(usage('--to needs --listen: the port that callers use'))
  const inbound: InboundEntry[] = listen.map((address) => ({ listen: address, to, protocol, untouched }))
  const outbound = (given.get('outbound') ?? []).flatMap((text) => {
    const entry = parseOutbound(text)
    if (!entry) mistakes.push(usage(`--outbound ${text}: not of the form 9001=recommendation@10.0.0.5:80`))
    return entry ? [{ ...entry, protocol, untouched } as const] : []
  })
  const allow = given.get('allow') ?? []
  for (const entry of allow) {
    if (!isAllowEntry(entry))
      mistakes.push(usage(`--allow ${entry}: not a host, *.suffix, address or network`))
  }
  if (allow.length > 0 && !given.has('forward-proxy')) mistakes.push(usage('--allow needs --forward-proxy'))
  const forwardProxy = addresses('forward-proxy', given.get('forward-proxy') ?? []).map((address) => ({
    listen: address,
    allow,
    untouched,
  }))
  return { inbound, outbound, forwardProxy }
}

/** `9001=recommendation@10.0.0.5:80,10.0.0.6:80`, or `9001=recommendation:80` where the name resolves. */
export function parseOutbound(text: string): OutboundEntry | undefined {
  const [, left = '', service, right = ''] = /^([^=]+)=(?:([^@]+)@)?(.+)$/.exec(text) ?? []
  const listen = parseAddress(left)
  const to = right.split(',').map(parseAddress)
  if (!listen || (service !== undefined && !isName(service))) return undefined
  if (to.some((address) => address === undefined || address.port === 0)) return undefined
  return { listen, service, to: to.flatMap((address) => address ?? []) }
}

function callersOf(values: readonly string[], mistakes: TapmeshError[]): Record<string, string> {
  return Object.fromEntries(
    values.flatMap((text) => {
      const [network = '', service = '', ...rest] = text.split('=')
      if (isAllowEntry(network) && /[.:]/.test(network) && isName(service) && rest.length === 0)
        return [[network, service]]
      mistakes.push(usage(`--caller ${text}: not of the form 10.0.0.7=web-api`))
      return []
    }),
  )
}

export const WORKERS_MAX = 256
/** A shorter one would end processes that only wait for the machine. */
const WATCHDOG_MS_MIN = 1_000

export function isWatchdog(ms: number): boolean {
  return ms === 0 || ms >= WATCHDOG_MS_MIN
}

function readWatchdog(text: string): number | undefined {
  const ms = parseDuration(text)
  return ms !== undefined && isWatchdog(ms) ? ms : undefined
}

function readWorkers(text: string): number | 'auto' | undefined {
  if (text === 'auto') return text
  return /^[0-9]{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= WORKERS_MAX
    ? Number(text)
    : undefined
}

function readPort(text: string): number | undefined {
  return /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}

function readShare(text: string): number | undefined {
  return /^(0|1|0?\.[0-9]{1,9}|1\.0+)$/.test(text) ? Number(text) : undefined
}

/** An http or https address without credentials, query and fragment. */
export function readUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  return plain && /^https?:$/.test(url.protocol) ? text : undefined
}
