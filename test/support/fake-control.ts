import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BacktestLine, RecommendationAnswer } from '../../graph-api/contract.ts'
import type {
  AuditAction,
  AuditAnswer,
  AuditEntry,
  ConfigAnswer,
  ConfigChanged,
  ConfigEdit,
  EnforcementAnswer,
  EnforcementCell,
  EvidenceAnswer,
  PoliciesAnswer,
  TapConfig,
  WhyAnswer,
} from '../../model/enforcement.ts'
import type { Feature, Mode } from '../../model/feature.ts'

/**
 * A stand-in for the control plane's part of the API (model/enforcement.ts): a policy as cells, a
 * revision that rises with every change, an audit, and evidence as a test sets it.
 */

export interface Refusal {
  status: number
  code: string
  message: string
  hint: string
}

export interface ControlAnswer {
  status: number
  body: unknown
}

const WINDOW = { from: '2026-11-21T17:00:00Z', to: '2026-11-21T18:00:00Z' }

const refused = ({ status, ...error }: Refusal): ControlAnswer => ({ status, body: { error } })

/** A cell of the matrix as the document says, in force as asked. */
export function cellOf(
  service: string,
  feature: Feature,
  more: Partial<EnforcementCell> = {},
): EnforcementCell {
  const { mode = 'dry-run', percent = 100 } = more
  return {
    service,
    feature,
    mode,
    percent,
    mode_in_force: mode,
    percent_in_force: percent,
    why: null,
    latched: null,
    expires: null,
    rollout: null,
    calls: 0,
    would: 0,
    acted: 0,
    callers_overridden: 0,
    ...more,
  }
}

export class FakeControl {
  cells: EnforcementCell[] = []
  /** By `service.feature`: what the evidence page shows beyond the cell. */
  readonly evidence = new Map<string, Partial<EvidenceAnswer>>()
  /** By `service.feature` and name, as the document writes them. */
  readonly settings = new Map<string, Map<string, string>>()
  taps: TapConfig[] = []
  policies: PoliciesAnswer['services'] = []
  recommendation: RecommendationAnswer | undefined
  why = new Map<string, WhyAnswer>()
  audit: AuditEntry[] = []
  broken_at: number | null = null
  bypass = false
  served_from: string | undefined
  fault: string | undefined
  document = ''
  backtest: BacktestLine[] = []
  /** While set, a back-test stays before its last line. */
  backtest_waits = false
  /** Back-tests that were given up before their last line. */
  backtests_cancelled = 0
  /** The next change is refused with it. */
  refusal: Refusal | undefined
  /** Bodies of changes, in order. */
  readonly changes: { path: string; body: unknown }[] = []
  readonly #before: EnforcementCell[][] = []
  readonly #token: string
  #number = 0

  constructor(token: string) {
    this.#token = token
  }

  get revision(): string {
    return this.#number === 0 ? '0.0' : `a1b2.${this.#number}`
  }

  /** Undefined where the path is none of control's. */
  async answer(request: IncomingMessage, url: URL): Promise<ControlAnswer | undefined> {
    const path = url.pathname.replace('/api/v1/', '')
    if (request.method === 'POST' && path.startsWith('config/')) {
      let text = ''
      for await (const chunk of request) text += String(chunk)
      return this.#change(request, path.slice('config/'.length), JSON.parse(text))
    }
    const why = /^calls\/(.+)\/why$/.exec(path)
    if (why) return this.#why(decodeURIComponent(why[1]!))
    const body = this.#read(path, url.searchParams)
    return body === undefined ? undefined : { status: 200, body }
  }

  /** `POST /backtest`: the lines as they were set. */
  async tellBacktest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    this.changes.push({ path: 'backtest', body: JSON.parse(text) })
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const lines = this.backtest.map((line) => `${JSON.stringify(line)}\n`)
    if (!this.backtest_waits) return void response.end(lines.join(''))
    response.write(lines.slice(0, -1).join(''))
    response.on('close', () => {
      this.backtests_cancelled += 1
    })
  }

  #read(path: string, query: URLSearchParams): unknown {
    if (path === 'enforcement') return this.#enforcement()
    if (path === 'config') return this.#config()
    if (path === 'evidence') return this.#evidence(query.get('service')!, query.get('feature') as Feature)
    if (path === 'audit') return this.#audit(query)
    if (path === 'policies') return { window: WINDOW, services: this.policies } satisfies PoliciesAnswer
    return path === 'recommendations' ? this.recommendation : undefined
  }

  #why(id: string): ControlAnswer {
    const body = this.why.get(id)
    if (body) return { status: 200, body }
    return refused({ status: 404, code: 'TAPMESH_NOT_FOUND', message: `no call ${id}`, hint: '' })
  }

  #enforcement(): EnforcementAnswer {
    return { window: WINDOW, revision: this.revision, bypass: this.bypass, cells: this.cells }
  }

  #config(): ConfigAnswer {
    const newest = this.audit.find((entry) => entry.action !== 'bypass')
    return {
      revision: this.revision,
      document: this.document,
      changed_at: newest?.at ?? null,
      actor: newest?.actor ?? '',
      reason: newest?.reason ?? '',
      bypass: this.bypass,
      served_from: this.served_from,
      fault: this.fault,
      taps: this.taps,
    }
  }

  #audit(query: URLSearchParams): AuditAnswer {
    const before = Number(query.get('before') ?? Number.MAX_SAFE_INTEGER)
    const entries = this.audit.filter((it) => it.seq < before).slice(0, Number(query.get('limit') ?? 100))
    return { entries, intact: this.broken_at === null, broken_at: this.broken_at }
  }

  #cell(service: string, feature: Feature): EnforcementCell | undefined {
    return this.cells.find((it) => it.service === service && it.feature === feature)
  }

  #evidence(service: string, feature: Feature): EvidenceAnswer {
    const cell = this.#cell(service, feature)
    const key = `${service}.${feature}`
    return {
      window: WINDOW,
      service,
      feature,
      mode: cell?.mode ?? 'disabled',
      percent: cell?.percent ?? 100,
      settings: [...(this.settings.get(key) ?? new Map<string, string>())].map(([name, value]) => ({
        name,
        value,
        origin: 'service',
      })),
      examined: 0,
      first_verdict: null,
      last_verdict: null,
      rows: [],
      blast: { callers: 0, callers_all: 0, share: 0 },
      treated: null,
      control: null,
      forecast: null,
      observed: null,
      advice: [],
      locked: ['Dry-run has not run yet: no call carries a verdict of these settings.'],
      command: `tapmesh config set ${key} mode=dry-run --reason '…'`,
      ...this.evidence.get(key),
    }
  }

  #change(request: IncomingMessage, kind: string, body: Record<string, unknown>): ControlAnswer {
    if (request.headers.authorization !== `Bearer ${this.#token}`)
      return refused({ status: 401, code: 'TAPMESH_TOKEN_WRONG', message: 'wrong token', hint: '' })
    this.changes.push({ path: kind, body })
    const { refusal } = this
    this.refusal = undefined
    if (refusal) return refused(refusal)
    const base = body['base_revision']
    if (base !== undefined && base !== this.revision) {
      return refused({
        status: 409,
        code: 'TAPMESH_CONFIG_CHANGED',
        message: `the document is at ${this.revision}, the change was made on ${String(base)}`,
        hint: 'Look at what changed and make the change again.',
      })
    }
    const changes = this.#apply(kind, body)
    const lines = (side: 'before' | 'after') =>
      changes.map((it) => `${it.service}.${it.feature} ${it.name}: ${it[side]}`).join('\n')
    this.record(kind as AuditAction, String(body['reason']), lines('before'), lines('after'))
    if (body['actor'] !== undefined) this.audit[0]!.actor = String(body['actor'])
    return { status: 200, body: { revision: this.revision, changes } satisfies ConfigChanged }
  }

  /** Writes an entry, as a change does. */
  record(action: AuditAction, reason: string, before: string, after: string, auto = false): void {
    if (action !== 'bypass') this.#number += 1
    const seq = this.audit.length + 1
    this.audit.unshift({
      ...{ seq, action, reason, before, after, auto },
      at: new Date(Date.parse(WINDOW.to) + seq * 60_000).toISOString(),
      actor: auto ? 'control' : 'token',
      revision: this.revision,
      hash: seq.toString(16).padStart(64, '0'),
    })
  }

  #apply(kind: string, body: Record<string, unknown>): ConfigChanged['changes'] {
    if (kind === 'bypass') {
      this.bypass = body['on'] === true
      return []
    }
    if (kind === 'undo') {
      this.cells = this.#before.pop() ?? []
      return []
    }
    if (kind === 'rearm') {
      this.cells = this.cells.map((it) =>
        it.service === body['service'] && it.feature === body['feature']
          ? { ...it, latched: null, why: null }
          : it,
      )
      return []
    }
    return this.#edit(body as unknown as ConfigEdit)
  }

  #edit({ service, feature, set }: ConfigEdit): ConfigChanged['changes'] {
    this.#before.push(this.cells)
    const known = this.#cell(service, feature)
    const old = known ?? cellOf(service, feature, { mode: 'disabled' })
    const mode = (set['mode'] ?? old.mode) as Mode
    const percent = Number(set['percent'] ?? old.percent)
    const next = { ...old, mode, percent, mode_in_force: mode, percent_in_force: percent }
    this.cells = [...this.cells.filter((it) => it !== known), next]
    const key = `${service}.${feature}`
    const settings = new Map(this.settings.get(key))
    const changes = Object.entries(set).map(([name, value]) => {
      const plain = name === 'mode' ? old.mode : name === 'percent' ? String(old.percent) : settings.get(name)
      if (name !== 'mode' && name !== 'percent') settings.set(name, String(value))
      return { service, caller: '', feature, name, before: plain ?? 'none', after: String(value) }
    })
    this.settings.set(key, settings)
    return changes
  }
}
