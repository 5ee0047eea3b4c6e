import type { ControlState } from '../model/control.ts'
import type {
  AuditAnswer,
  AuditEntry,
  ConfigAnswer,
  ConfigBypass,
  ConfigChanged,
  ConfigEdit,
  ConfigRearm,
  ConfigSet,
  ConfigUndo,
} from '../model/enforcement.ts'
import { describeError, TapmeshError } from '../model/error.ts'
import type { Feature } from '../model/feature.ts'
import type { PolicyFile } from '../policy/policy-file.ts'
import type { Store } from '../store/store.ts'
import { featureMark } from './change-text.ts'
import { editDocument } from './document-edit.ts'
import { type Changes, checkBase, type DocumentChange, documentDraft } from './draft.ts'
import { EndClock } from './end-clock.ts'
import { History, type Revision } from './history.ts'
import { type InForce, inForce, NO_OVERLAY, type Overlay } from './in-force.ts'
import { type Draft, Ledger, type Note } from './ledger.ts'
import { ACTOR_CONTROL, actorOf, reasonOf } from './reason.ts'
import type { Standing } from './standing.ts'
import { States } from './state.ts'
import { TapConfigs } from './tap-configs.ts'
import { Waiting } from './waiting.ts'

export interface ControlOptions {
  store: Store
  /** Wall clock, milliseconds. */
  now?: (() => number) | undefined
  onWarning?: ((text: string) => void) | undefined
  /** How often another program's changes are looked for; only where several can have the store open. */
  follow_ms?: number | undefined
}

/** A server may serve several collectors; the embedded store is open in one program. */
const FOLLOW_MS = 5000

/** What a listener is told once a change is stored. */
export interface ControlChange {
  revision: string
  /** What the document says otherwise now; empty where only what is in force of it changed. */
  changes: Changes
}

/**
 * Control: the policy of a mesh, who changed it and why, what is in force of it, and which tap has it.
 * Every change is checked as `config lint` does, stored, and only then holds and is answered.
 */
export class Control {
  readonly taps = new TapConfigs()
  readonly waiting = new Waiting()
  readonly #history: History
  readonly #ledger: Ledger
  readonly #now: () => number
  readonly #onWarning: (text: string) => void
  readonly #listeners = new Set<(change: ControlChange) => void>()
  readonly #states = new States()
  readonly #ends: EndClock
  #overlay: Overlay = NO_OVERLAY
  /** File that the document is served from. */
  #served: string | undefined
  #checking: Promise<number | null> | undefined

  constructor({ store, now = Date.now, onWarning = () => {}, follow_ms }: ControlOptions) {
    this.#now = now
    this.#onWarning = onWarning
    this.#history = new History(store)
    this.#ledger = new Ledger({
      history: this.#history,
      now,
      onWarning,
      beforeLoaded: () => this.#overlay.refresh?.(),
      onStanding: () => this.#changed(),
      follow_ms: follow_ms ?? (store.kind === 'server' ? FOLLOW_MS : undefined),
    })
    this.#ends = new EndClock({
      now,
      onWarning,
      standing: () => this.#ledger.standing,
      change: (make) => this.#ledger.change(make),
    })
  }

  /** Reads the newest revision. @throws TapmeshError TAPMESH_STORE_UNAVAILABLE */
  static async open(options: ControlOptions): Promise<Control> {
    const control = new Control(options)
    await control.#ledger.load()
    control.#ends.set()
    return control
  }

  /** `<epoch>.<number>`, `0.0` where nothing was ever set. */
  get revision(): string {
    return this.#ledger.standing.revision
  }

  /** The policy of the document, with the line of each setting. */
  get file(): PolicyFile {
    return this.#ledger.standing.file
  }

  get bypassed(): boolean {
    return this.#ledger.standing.bypass
  }

  current(): ConfigAnswer {
    const { revision, document, set_by, bypass, fault } = this.#ledger.standing
    return {
      ...{ revision, document, bypass },
      changed_at: set_by ? new Date(set_by.at_ms).toISOString() : null,
      actor: set_by?.actor ?? '',
      reason: set_by?.reason ?? '',
      taps: this.taps.list(this.#now()),
      ...(fault === undefined ? {} : { fault }),
      ...(this.#served === undefined ? {} : { served_from: this.#served }),
    }
  }

  /** What is in force for a feature of a service; undefined where the document does not name it. */
  inForce(service: string, feature: Feature, caller = ''): InForce | undefined {
    const named = this.file.policy.services.get(service)
    return named && inForce(named, service, feature, caller, this.#now(), this.#overlay)
  }

  /** @param services names; those past CONTROL_SERVICES_MAX are left out */
  stateFor(services: readonly string[]): ControlState {
    return JSON.parse(this.stateText(services)) as ControlState
  }

  /** The same as JSON, made once a revision for taps that ask alike. */
  stateText(services: readonly string[]): string {
    return this.#states.text(this.#ledger.standing, services, this.#now(), this.#overlay)
  }

  /** @returns a function that ends the listening */
  onChange(listener: (change: ControlChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What stands over the document from now on: rollouts and latches. */
  useOverlay(overlay: Overlay): void {
    this.#overlay = overlay
    this.#states.clear()
  }

  /** From now on the document is what a file says, and nothing else changes it. */
  serveFrom(path: string): void {
    this.#served = path
  }

  set(asked: ConfigSet): Promise<ConfigChanged> {
    return this.#setDocument(asked, () => ({
      ...{ action: 'set', text: asked.document, denial_allowed: asked.yes_deny_all === true },
    }))
  }

  edit(asked: ConfigEdit): Promise<ConfigChanged> {
    return this.#setDocument(asked, ({ document }) => ({
      ...{ action: 'edit', text: editDocument(document, asked), denial_allowed: asked.yes_deny_all === true },
    }))
  }

  /** The document before the one that holds, as a new revision; undone once more it is that one again. */
  undo(asked: ConfigUndo): Promise<ConfigChanged> {
    return this.#setDocument(asked, async ({ set_by }) => {
      if (set_by === undefined) throw nothingThere('no change of the policy to be undone')
      const before = await this.#history.revision(set_by.number - 1)
      const text = await this.#history.document(before?.document_number ?? 0)
      return { action: 'undo', text, denial_allowed: true }
    })
  }

  /** The file that is served has another content. */
  async fileChanged(path: string, text: string, denialAllowed: boolean): Promise<ConfigChanged> {
    const head = { actor: path, reason: 'file changed' }
    return this.#change(async (standing) =>
      documentDraft(standing, {
        ...{ ...head, actor: actorOf(head.actor), action: 'file', text, name: path },
        denial_allowed: denialAllowed,
      }),
    )
  }

  /** Switches everything off, or on again as the document says. */
  bypass({ on, reason, actor }: ConfigBypass): Promise<ConfigChanged> {
    const said = { actor: actorOf(actor), reason: reasonOf(reason) }
    const word = (value: boolean) => `bypass: ${value ? 'on' : 'off'}`
    return this.#change(async ({ bypass }) => {
      if (bypass === on) return undefined
      const lines = { before: word(bypass), after: word(on) }
      return { draft: { ...said, ...lines, action: 'bypass', auto: false, bypass: on }, changes: [] }
    })
  }

  /** Takes the latch off a feature. @throws TapmeshError TAPMESH_NOT_FOUND where nothing is latched */
  rearm({ service, feature, reason, actor }: ConfigRearm): Promise<ConfigChanged> {
    const said = { actor: actorOf(actor), reason: reasonOf(reason) }
    return this.#change(async () => {
      const before = this.inForce(service, feature)
      if (!(await this.#overlay.rearm(service, feature))) {
        throw nothingThere(`nothing latched at ${service}.${feature}`)
      }
      const line = (force: InForce | undefined) => `${featureMark(service, feature)}${forceText(force)}`
      const lines = { before: line(before), after: line(this.inForce(service, feature)) }
      return { draft: { ...said, ...lines, action: 'rearm', auto: false }, changes: [] }
    })
  }

  /**
   * What stands over the document changed by itself: stored as a revision, so that taps hear of it.
   * @param before what was in force, in a line such as `percent: 5`
   */
  async steered(change: {
    action: 'advance' | 'rollback'
    service: string
    feature: Feature
    reason: string
    before: string
    after: string
  }): Promise<string> {
    const { action, service, feature, reason } = change
    const mark = featureMark(service, feature)
    const lines = { before: `${mark}${change.before}`, after: `${mark}${change.after}` }
    const said = { actor: ACTOR_CONTROL, reason: reasonOf(reason.slice(0, 500)) }
    const draft: Draft = { ...said, ...lines, action, auto: true }
    return (await this.#change(async () => ({ draft, changes: [] }))).revision
  }

  /** Writes something to the audit that changes no revision. */
  note(entry: Note): Promise<void> {
    return this.#ledger.note({ ...entry, actor: actorOf(entry.actor), reason: reasonOf(entry.reason) })
  }

  /** Newest first. */
  revisions(limit: number): Promise<Revision[]> {
    return this.#history.revisions(limit)
  }

  /** The revision of a name, with the document that held. @throws TapmeshError TAPMESH_NOT_FOUND */
  async revisionOf(
    name: string,
  ): Promise<{ revision: Revision; document: string; set_by: Revision | undefined }> {
    const [, epoch, digits] = /^([0-9a-f]{8})\.(\d{1,15})$/.exec(name) ?? []
    const revision = digits === undefined ? undefined : await this.#history.revision(Number(digits))
    if (revision === undefined || revision.epoch !== epoch) throw nothingThere(`no revision ${name}`)
    const set_by = await this.#history.revision(revision.document_number)
    return { revision, document: await this.#history.document(revision.document_number), set_by }
  }

  /** Who changed a feature of a service last, as far as a revision. */
  lastChange(
    service: string,
    feature: Feature,
    until = Number.MAX_SAFE_INTEGER,
  ): Promise<AuditEntry | undefined> {
    return this.#history.lastChange(featureMark(service, feature), until)
  }

  /** The newest entries, and whether the whole chain holds. @param before only entries with a lower `seq` */
  async audit(limit: number, before?: number): Promise<AuditAnswer> {
    const [entries, broken_at] = await Promise.all([this.#history.entries(limit, before), this.#checked()])
    return { entries, intact: broken_at === null, broken_at }
  }

  /** Several who ask at once share one walk over the chain. */
  #checked(): Promise<number | null> {
    this.#checking ??= this.#history.check(this.#ledger.end).finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  /** Ends every wait and lets the change under way end. */
  async close(): Promise<void> {
    this.waiting.close()
    await this.#ledger.close()
    this.#ends.stop()
  }

  async #setDocument(
    asked: { reason: string; actor?: string | undefined; base_revision?: string | undefined },
    make: (
      standing: Standing,
    ) =>
      | Pick<DocumentChange, 'action' | 'text' | 'denial_allowed'>
      | Promise<Pick<DocumentChange, 'action' | 'text' | 'denial_allowed'>>,
  ): Promise<ConfigChanged> {
    const said = { actor: actorOf(asked.actor), reason: reasonOf(asked.reason) }
    if (this.#served !== undefined) throw readOnly(this.#served)
    return this.#change(async (standing) => {
      checkBase(standing, asked.base_revision)
      return documentDraft(standing, { ...said, ...(await make(standing)) })
    })
  }

  async #change(
    make: (standing: Standing) => Promise<{ draft: Draft; changes: Changes } | undefined>,
  ): Promise<ConfigChanged> {
    let changes: Changes = []
    let changed = false
    const revision = await this.#ledger.change(async (standing) => {
      const made = await make(standing)
      if (made === undefined) return undefined
      changed = true
      changes = made.changes
      return made.draft
    })
    if (changed) this.#tell({ revision, changes })
    return { revision, changes }
  }

  /** What is stored holds, whatever becomes of those who listen. */
  #tell(change: ControlChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        this.#onWarning(`somebody who follows the policy failed: ${describeError(error)}`)
      }
    }
  }

  /** Something else holds: taps that wait are told. */
  #changed(): void {
    this.#states.clear()
    this.waiting.wake()
    this.#ends.set()
  }
}

function forceText(force: InForce | undefined): string {
  return force === undefined ? 'mode: disabled' : `mode: ${force.mode}, percent: ${force.percent}`
}

function nothingThere(what: string): TapmeshError {
  return new TapmeshError('TAPMESH_NOT_FOUND', `there is ${what}`, 'See "tapmesh config history".')
}

function readOnly(path: string): TapmeshError {
  return new TapmeshError(
    'TAPMESH_CONFIG_READONLY',
    `the policy is served from ${path} and is not changed from here`,
    'Change the file; it is read again within seconds. Switching everything off with bypass works as ever.',
  )
}
