import type { Server } from 'node:net'
import type { Address } from '../../net/address.ts'
import { adoptSocket } from '../../net/adopted-pipe.ts'
import type { AllowList } from '../../net/allow.ts'
import type { RelayClock } from '../../net/clock.ts'
import type { Destination } from '../../net/destination.ts'
import type { Endpoint } from '../../net/endpoint.ts'
import { ListenSockets } from '../../net/listen-sockets.ts'
import { endOf, type Pipe, type ReadArea, remoteEnd, SHARED_AREA } from '../../net/pipe.ts'
import { randomWords } from '../../net/random-words.ts'
import {
  PLAIN_PEER,
  type SecureDoor,
  type SecureDoorOwner,
  type SecurePeer,
  type SecureTransport,
  type SecureUpstream,
} from '../../net/secure.ts'
import type { TimerWheel } from '../../net/timer-wheel.ts'
import { chooseTransport, createPipeServer, type Transport } from '../../net/transport.ts'
import type { CallSink } from '../../protocol/call-draft.ts'
import { tracestateName } from '../../wire/trace-context.ts'
import { TraceIds } from '../../wire/trace-ids.ts'
import type { ConnectionHome, ListenerConnection } from '../relay/connection.ts'
import type { RelayCounters } from '../relay/counters.ts'
import { Findings } from '../relay/findings.ts'
import { Passthrough } from '../relay/passthrough.ts'
import type { RelayRuntime } from '../relay/runtime.ts'
import { SourceBook } from '../relay/source-book.ts'
import type { GateDoor } from '../relay/ward.ts'
import type { Limits, ListenerSettings } from '../settings.ts'
import { Client } from '../terminate/client.ts'

/** What a listener needs to know of the tap it is part of. All but `sink`, `counters` and `wheel` may change at a reload. */
export interface ListenerDeps {
  service: string
  zone: string
  version: string
  limits: Limits
  /** Where calls go; not asked by a forward proxy. */
  destination: Destination
  /** Forward proxy only. */
  allow?: AllowList
  /** Service known for a caller's address, by configuration. */
  callerOf: (address: string) => string | undefined
  sink: CallSink
  counters: RelayCounters
  clock: RelayClock
  wheel: TimerWheel
  transport?: Transport
  /** Where listening sockets come from; without one they are opened here. */
  sockets?: ListenSockets
  /** Control's say in calls; without one there is none. */
  door?: GateDoor
  /** TLS between taps; undefined where this tap has no identity. It cannot change at a reload. */
  secure?: SecureTransport | undefined
}

export interface Listener {
  /** Opens the port. Rejects with the system's error (EADDRINUSE, EACCES …). @returns the address it got */
  listen(): Promise<Address>
  /** Takes new settings; calls in progress end under the old ones. The address cannot change. */
  update(settings: ListenerSettings, deps: ListenerDeps): void
  /**
   * Accepts no more. A connection closes once nothing came for `idle_ms`. The service has `insist_ms` to
   * tell its clients to go; after that calls that begin are terminated, so that their answers say it.
   * Resolves when the last connection is gone.
   */
  drain(idle_ms?: number, insist_ms?: number): Promise<void>
  /** Ends everything now; unfinished calls are recorded with DR. */
  close(): void
}

const ids = new TraceIds(randomWords(4))
const findings = new Findings()
const NOTHING = (): void => {}
const NO_DOOR: GateDoor = Object.freeze({ gate: undefined })

function runtimeOf(settings: ListenerSettings, deps: ListenerDeps, transport: Transport): RelayRuntime {
  const { limits, counters, wheel } = deps
  const inbound = settings.kind === 'inbound'
  const first = settings.to[0]
  const secureTo = secureUpstream(settings, deps)
  return {
    settings,
    limits,
    destination: deps.destination,
    allow: deps.allow,
    book: new SourceBook({
      reporter: inbound ? 'server' : 'client',
      source: '',
      source_instance: '',
      source_zone: inbound ? '' : deps.zone,
      source_identity: '',
      source_evidence: 'none',
      destination: settings.destination,
      destination_zone: inbound ? settings.destination_zone || deps.zone : settings.destination_zone,
      destination_version: inbound ? deps.version : '',
      security: 'plaintext',
    }),
    transport,
    secureTo,
    trace: {
      ids,
      stateName: inbound ? undefined : tracestateName(deps.service),
      untouched: settings.untouched,
    },
    findings,
    sink: deps.sink,
    door: deps.door ?? NO_DOOR,
    counters,
    clock: deps.clock,
    wheel,
    ids,
    stateName: tracestateName(deps.service),
    service: deps.service,
    hostName: Buffer.from(first ? `${first.host}:${first.port}` : '', 'latin1'),
    callerOf: deps.callerOf,
    upstreamIdentity: secureTo && (() => secureTo()?.transport.ownId ?? ''),
    draining: false,
  }
}

/** How calls of an outbound listener reach another tap: by TLS where policy and identity are there, both. */
function secureUpstream(
  { kind, destination }: ListenerSettings,
  { secure, door, service }: ListenerDeps,
): (() => SecureUpstream | undefined) | undefined {
  if (!secure || kind !== 'outbound') return undefined
  const to: SecureUpstream = { transport: secure, service: destination }
  return () => {
    const policy = door?.mtls?.policyFor(service) ?? 'none'
    return policy === 'none' || secure.ownId === '' ? undefined : to
  }
}

/** How often a listener that drains looks for connections that have become idle. */
const DRAIN_LOOK_MS = 100

class RelayListener implements Listener, ConnectionHome {
  runtime: RelayRuntime
  readonly #connections = new Set<ListenerConnection>()
  /** Own ends of connections that go to this very port, and where to: a client with both is this listener itself. */
  readonly #ownEnds = new Map<string, { to: string; inLoop: () => void }>()
  #port = 0
  readonly #transport: Transport
  readonly #server: Server
  readonly #secureDoor: SecureDoor | undefined
  readonly #sockets: ListenSockets
  #drained: (() => void) | undefined
  #drainLook: NodeJS.Timeout | undefined
  #insist: NodeJS.Timeout | undefined
  /** Draining: the next call on each connection is its last. */
  #insists = false

  constructor(settings: ListenerSettings, deps: ListenerDeps) {
    this.#transport = chooseTransport(deps.transport)
    this.#sockets = deps.sockets ?? new ListenSockets()
    this.runtime = runtimeOf(settings, deps, this.#transport)
    if (settings.kind === 'inbound') this.#secureDoor = deps.secure?.accept(this.#doorOwner(settings))
    this.#server = createPipeServer(this.#transport, { accept: () => this.#accept() }, this.#secureDoor)
  }

  #doorOwner({ protocol }: ListenerSettings): SecureDoorOwner {
    return {
      isStrict: (address) => {
        const { door, callerOf } = this.runtime
        return door.mtls?.policyFor(callerOf(address) ?? '') === 'strict'
      },
      answersPlaintext: protocol !== 'opaque',
      arrived: (serviceSpoke) => {
        // A peer that has to prove itself first is no reason to connect.
        if (this.terminates || this.runtime.door.mtls?.policyFor('') === 'strict') return undefined
        const connection = new Passthrough(this)
        connection.prepare(serviceSpoke)
        return connection
      },
      taken: (socket, reset, peer, arrived) => {
        const taken = this.#accept(peer, arrived instanceof Passthrough ? arrived : undefined)
        if (!taken) {
          reset()
          return undefined
        }
        taken.begin(adoptSocket(socket, taken.owner, reset, SHARED_AREA))
        return { drain: () => taken.owner.drain(0), cut: () => taken.owner.shutdown() }
      },
    }
  }

  get terminates(): boolean {
    const { settings, door } = this.runtime
    if (settings.kind === 'forward-proxy') return true
    return settings.protocol === 'http' && (door.gate?.acts === true || this.#insists)
  }

  #accept(
    peer: SecurePeer = PLAIN_PEER,
    prepared?: Passthrough,
  ): { owner: ListenerConnection; begin: (pipe: Pipe) => void } | undefined {
    const { counters, limits } = this.runtime
    const terminates = this.terminates && !peer.opaque
    if (terminates) prepared?.gone()
    if (terminates && counters.connectionsOpen >= limits.connections_max) {
      counters.connectionsRefused++
      return undefined
    }
    counters.connectionsOpen++
    counters.connectionsAccepted++
    const owner =
      terminates || !prepared ? this.#connectionFor(peer, terminates) : this.#begun(prepared, peer)
    return {
      owner,
      begin: (pipe) => {
        const own = this.#ownEnds.size > 0 ? this.#ownEnds.get(remoteEnd(pipe)) : undefined
        if (own && own.to === pipe.localEnd()) {
          counters.loops++
          pipe.reset()
          this.forget(owner)
          own.inLoop()
        } else owner.begin(pipe)
      },
    }
  }

  #begun(prepared: Passthrough, peer: SecurePeer): ListenerConnection {
    prepared.peerIs(peer)
    this.#connections.add(prepared)
    return prepared
  }

  #connectionFor(peer: SecurePeer, terminates: boolean): ListenerConnection {
    const connection = terminates ? new Client(this, peer) : new Passthrough(this, peer)
    this.#connections.add(connection)
    return connection
  }

  handOver(from: ListenerConnection, peer: SecurePeer, area: ReadArea, length: number): ReadArea | undefined {
    const { pipe } = from
    this.#connections.delete(from)
    const next = this.#connectionFor(peer, this.terminates)
    pipe.owner = next
    return next.takeOver(pipe, area, length)
  }

  reaching(service: Pipe, { host, port }: Endpoint, inLoop: () => void): () => void {
    // A port may serve many connections to different places, so only those to this port can come back.
    if (port !== this.#port) return NOTHING
    const end = service.localEnd()
    this.#ownEnds.set(end, { to: endOf(host, port), inLoop })
    return () => this.#ownEnds.delete(end)
  }

  forget(connection: ListenerConnection): void {
    if (!this.#connections.delete(connection)) return
    this.runtime.counters.connectionsOpen--
    if (this.#connections.size === 0) this.#drained?.()
  }

  async listen(): Promise<Address> {
    const { name, listen } = this.runtime.settings
    const address = await this.#sockets.listen(this.#server, listen, name)
    this.#port = address.port
    return address
  }

  update(settings: ListenerSettings, deps: ListenerDeps): void {
    const before = this.runtime
    this.runtime = runtimeOf(settings, deps, this.#transport)
    this.runtime.draining = before.draining
  }

  drain(idle_ms = 0, insist_ms = 0): Promise<void> {
    this.runtime.draining = true
    this.#server.close()
    this.#secureDoor?.close()
    const look = () => {
      for (const connection of [...this.#connections]) connection.drain(idle_ms)
    }
    look()
    this.#drainLook = setInterval(look, DRAIN_LOOK_MS).unref()
    this.#insist = setTimeout(() => {
      this.#insists = true
    }, insist_ms).unref()
    return new Promise((resolve) => {
      this.#drained = () => {
        clearInterval(this.#drainLook)
        clearTimeout(this.#insist)
        resolve()
      }
      if (this.#connections.size === 0) this.#drained()
    })
  }

  close(): void {
    clearInterval(this.#drainLook)
    clearTimeout(this.#insist)
    this.#server.close()
    this.#secureDoor?.close()
    for (const connection of [...this.#connections]) connection.shutdown()
  }
}

/** One port of the tap: inbound, outbound, or forward proxy. */
export function createListener(settings: ListenerSettings, deps: ListenerDeps): Listener {
  return new RelayListener(settings, deps)
}
