import type { Side } from '../../model/flag.ts'
import type { Target } from '../../net/resolve.ts'
import type { Engine } from '../../policy/feature/engine.ts'
import type { Source } from '../relay/source-book.ts'
import type { Gate, GatedCall } from '../relay/ward.ts'
import { CallWard, type WardContext } from './call-ward.ts'
import { aimAt } from './choose.ts'
import { JudgedDraft } from './judged-draft.ts'
import { type SeatStates, type Seats, seatsFor } from './seats.ts'

/** The policy in force at one listener. */
export interface GateSettings {
  engine: Engine
  revision: string
  side: Side
  /** Called service, where calls do not name it themselves. */
  destination: string
  destination_zone: string
}

/** Pairs of services whose seats are remembered; past it all are found anew. */
const PAIRS_MAX = 10_000
const NOBODY = Symbol('nobody has a say')

export class ListenerGate implements Gate {
  readonly #settings: GateSettings
  readonly #states: SeatStates
  readonly #context: WardContext
  readonly #seats = new Map<Source, Map<string, Seats | typeof NOBODY>>()
  #pairs = 0
  #lastSource: Source | undefined
  #lastLabel = ''
  #lastDestination = ''
  #lastSeats: Seats | undefined

  constructor(settings: GateSettings, states: SeatStates, context: WardContext) {
    this.#settings = settings
    this.#states = states
    this.#context = context
  }

  admit(call: GatedCall, target: Target, targets: readonly Target[]): void {
    const { serial } = call
    try {
      const judged = this.#judgedOf(call, target)
      const seats = this.#seatsOf(call, judged)
      if (seats !== undefined) {
        const ward = new CallWard(
          this.#context,
          seats,
          call,
          judged,
          targets,
          this.#settings.destination_zone,
        )
        call.ward = ward
        ward.begin(target)
        return
      }
    } catch (error) {
      // A fault of a policy's code costs what the policy says, never the call.
      this.#context.onFault(error)
      call.ward = undefined
      if (!call.active || call.serial !== serial || call.target !== undefined) return
    }
    call.dispatch(target)
  }

  #judgedOf(call: GatedCall, target: Target): JudgedDraft {
    const judged = new JudgedDraft()
    const { source } = call
    judged.call = call
    judged.source = source.service
    judged.source_evidence = source.evidence
    judged.source_identity = source.identity
    judged.security = source.security
    judged.destination = call.destination ?? this.#settings.destination
    aimAt(judged, target, this.#settings.destination_zone)
    return judged
  }

  #seatsOf({ source }: GatedCall, judged: JudgedDraft): Seats | undefined {
    const { destination_instance: label, destination } = judged
    if (source === this.#lastSource && label === this.#lastLabel && destination === this.#lastDestination) {
      return this.#lastSeats
    }
    this.#lastSeats = this.#find(source, `${label} ${destination}`, judged)
    this.#lastSource = source
    this.#lastLabel = label
    this.#lastDestination = destination
    return this.#lastSeats
  }

  #find(source: Source, key: string, judged: JudgedDraft): Seats | undefined {
    let seats = this.#seats.get(source)?.get(key)
    if (seats === undefined) {
      const { engine, revision, side } = this.#settings
      seats = seatsFor(engine, revision, side, judged, this.#states) ?? NOBODY
      this.#remember(source, key, seats)
    }
    return seats === NOBODY ? undefined : seats
  }

  #remember(source: Source, key: string, seats: Seats | typeof NOBODY): void {
    if (this.#pairs >= PAIRS_MAX) {
      this.#seats.clear()
      this.#pairs = 0
    }
    const known = this.#seats.get(source) ?? new Map<string, Seats | typeof NOBODY>()
    known.set(key, seats)
    this.#seats.set(source, known)
    this.#pairs++
  }
}
