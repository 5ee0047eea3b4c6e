import { FAULTS, type FaultId } from '../../wire/http1/fault.ts'

/** Plain numbers that the relay counts in; /metrics reads them when it is scraped. */
export class RelayCounters {
  connectionsOpen = 0
  connectionsAccepted = 0
  /** Refused at once, because connections_max was reached. */
  connectionsRefused = 0
  callsInFlight = 0
  callsTotal = 0
  upstreamConnections = 0
  upstreamIdle = 0
  upstreamConnects = 0
  upstreamConnectFailures = 0
  /** Pooled connections destroyed because the upstream sent bytes nobody had asked for. */
  idleBytes = 0
  /** Answers with bytes behind their end. */
  surplusBytes = 0
  /** Traces begun anew because traceparent was malformed or came twice. */
  traceRestarts = 0
  traceStarts = 0
  /** Own 100 Continue after the upstream stayed silent. */
  continuesSent = 0
  tunnels = 0
  /** Connections relayed without decoding from some point on, by reason. */
  readonly opaqueReasons = new Map<string, number>()
  /** Connections that led back to their own listener. */
  loops = 0
  deadlines = 0
  /** Clients cut because they did not read. */
  slowReaders = 0
  /** Errors of the program itself that cost one connection. */
  faults = 0
  lastFault: unknown = undefined
  /** By number of the fault (http1-fault.ts), requests and answers apart. */
  readonly requestFaults = new Uint32Array(FAULTS.length)
  readonly answerFaults = new Uint32Array(FAULTS.length)

  /** An error of the program itself. */
  fault(error: unknown): void {
    this.faults++
    this.lastFault = error
  }

  /** @param reason one of the few words that decoders know */
  opaque(reason: string): void {
    this.opaqueReasons.set(reason, (this.opaqueReasons.get(reason) ?? 0) + 1)
  }

  requestFault(fault: FaultId): void {
    this.requestFaults[fault]!++
  }

  answerFault(fault: FaultId): void {
    this.answerFaults[fault]!++
  }
}
