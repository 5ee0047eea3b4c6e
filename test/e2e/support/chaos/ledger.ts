import { parseVerdict } from '../../../../model/verdict.ts'
import { ANSWERING } from './acts.ts'
import type { Gap, ReceivedCall, SeenCall, StoredCall } from './entries.ts'

/** Holds against each other what callers saw, what backends did and what the store knows. */

export interface Books {
  seen: readonly SeenCall[]
  received: readonly ReceivedCall[]
  stored: readonly StoredCall[]
  gaps: readonly Gap[]
  /** Attempts that any policy of the run allowed, the first one included. */
  attempts_max: number
  /** Records that taps say they lost. */
  lost: number
}

export interface Verdict {
  /** What must not be, in words, with the id of the call. */
  complaints: string[]
  /** Calls by what became of them. */
  counts: Record<string, number>
}

/** Everything that is known of one call. */
interface Case {
  seen: SeenCall
  received: readonly ReceivedCall[]
  stored: readonly StoredCall[]
  wasGone: boolean
}

function byId<Entry extends { id: string }>(entries: readonly Entry[]): Map<string, Entry[]> {
  const map = new Map<string, Entry[]>()
  for (const entry of entries) {
    const list = map.get(entry.id)
    if (list) list.push(entry)
    else map.set(entry.id, [entry])
  }
  return map
}

const lastOf = ({ received }: Case): ReceivedCall | undefined =>
  received.reduce<ReceivedCall | undefined>(
    (last, one) => (last === undefined || one.at_us > last.at_us ? one : last),
    undefined,
  )

/** The verdict that ended the call, as its records tell it. */
function actedVerdict({ stored }: Case, feature: string, rule: string): boolean {
  return stored.some(({ verdicts }) =>
    verdicts.some((text) => {
      const verdict = parseVerdict(text)
      return verdict?.acted === true && verdict.feature === feature && verdict.rule === rule
    }),
  )
}

/** Whether the backend itself, or its absence, broke the call before an answer began. */
function brokenByBackend(one: Case): boolean {
  const last = lastOf(one)
  // An answer that failed may have been followed by an attempt that found nobody.
  if (last === undefined || last.act === 'error') return one.wasGone
  return !ANSWERING.has(last.act) || wasKilled(last, one)
}

const wasKilled = ({ ended }: ReceivedCall, { wasGone }: Case) => ended === undefined && wasGone

const DENIED = /^(\w+);rule=([^;]+);v=(\S+)$/

/** @returns what is wrong about an answer that a policy gave, or undefined */
function judgeDenied(one: Case): string | undefined {
  const [, feature = '', rule = '', revision = ''] = DENIED.exec(one.seen.denied) ?? []
  if (feature === '') return `cannot read x-tapmesh-denied: ${one.seen.denied}`
  if (one.stored.length === 0) return undefined
  if (!actedVerdict(one, feature, rule)) return `was denied (${one.seen.denied}) and no record says so`
  const known = one.stored.some((record) => record.revision === revision)
  return known ? undefined : `was denied under ${revision}, which no record names`
}

function judgeComplete(one: Case): string | undefined {
  const { seen } = one
  if (seen.denied !== '') return judgeDenied(one)
  if (seen.flags !== '') {
    return brokenByBackend(one) ? undefined : `answered ${seen.status} ${seen.flags} by a tap without a cause`
  }
  const last = lastOf(one)
  if (last === undefined) return `answered ${seen.status} by nobody`
  if (last.status !== seen.status) return `answered ${seen.status}, the backend said ${last.status}`
  if (!seen.arrivedWhole && seen.status === 200) return 'the request did not arrive as it was sent'
  return (seen.status === 200 ? seen.isWhole : seen.isError) ? undefined : 'the answer is not the backend’s'
}

function judgeCut(one: Case): string | undefined {
  const last = lastOf(one)
  if (last !== undefined && (last.act === 'cut_body' || wasKilled(last, one))) return undefined
  // Where a tap is a wire, what the service breaks is broken for its client just as without a tap.
  if (brokenByBackend(one)) return undefined
  const cut = actedVerdict(one, 'timeouts', 'request')
  return cut || one.stored.length === 0 ? undefined : 'cut in the middle without a cause'
}

function judgeSeen(one: Case): string | undefined {
  const { saw, error } = one.seen
  if (saw === 'left') return undefined
  if (saw === 'complete') return judgeComplete(one)
  // A reset may overtake what came of the answer, also without a tap.
  const fault = judgeCut(one)
  return fault && `${fault} (${saw}: ${error})`
}

/** How often backends got it. */
function judgeRepeats({ seen, received }: Case, attempts_max: number): string | undefined {
  const attempts = new Map<number, number>()
  for (const { attempt } of received) attempts.set(attempt, (attempts.get(attempt) ?? 0) + 1)
  if (seen.method === 'POST' && received.length > 1) return `POST was received ${received.length} times`
  if (attempts.size > attempts_max || Math.max(0, ...attempts.keys()) > attempts_max)
    return `received in ${attempts.size} attempts`
  // Each time that a call is sent is an attempt of its own, with its number and its record.
  const times = Math.max(0, ...attempts.values())
  return times > 1 ? `one attempt was received ${times} times` : undefined
}

/** What became of it, for the figures. */
function kindOf({ seen, received }: Case): string {
  if (seen.saw !== 'complete') return seen.saw
  if (seen.status === 200 && received.some(({ attempt }) => attempt > 1))
    return 'answered 200 by a later attempt'
  if (seen.denied !== '') return `denied ${seen.denied.split(';').slice(0, 2).join(' ')}`
  return seen.flags === '' ? `answered ${seen.status}` : `broken ${seen.flags}`
}

/** Records that a call has to have: one for each attempt at the tap that makes it, one for each that arrived at the other. */
function missingOf({ seen, received, stored }: Case): number {
  // Who left may never have been heard.
  if (seen.saw === 'left') return 0
  const attempts = received.map(({ attempt }) => attempt)
  const wanted = { client: seen.by === 'shop' ? Math.max(1, ...attempts) : 0, server: new Set(attempts).size }
  if (seen.by === 'intruder') wanted.server = Math.max(1, wanted.server)
  return (['client', 'server'] as const)
    .map((side) => wanted[side] - stored.filter(({ reporter }) => reporter === side).length)
    .reduce((sum, missing) => sum + Math.max(0, missing), 0)
}

/** What each side knows of it, in words. */
function storyOf({ seen, received, stored, wasGone }: Case): string {
  const saw = [seen.method, seen.id, `by ${seen.by}`, seen.saw, seen.status, seen.error].join(' ')
  const acts = received.map(({ attempt, act, ended }) => `${attempt}:${act}:${ended}`).join(' ')
  const records = stored.map(({ reporter }) => reporter).join(' ')
  return `${saw} [received ${acts}] [stored ${records}]${wasGone ? ' while a service was gone' : ''}`
}

function judgeStored(cases: readonly Case[], lost: number): string[] {
  const missing = cases.filter((one) => missingOf(one) > 0)
  const count = missing.reduce((sum, one) => sum + missingOf(one), 0)
  const spans = cases.flatMap(({ stored }) => stored.map(({ span, reporter }) => `${span}.${reporter}`))
  const twice = spans.length - new Set(spans).size
  return [
    ...(count > lost
      ? [`${count} records are missing, ${lost} told as lost: ${missing.slice(0, 5).map(storyOf).join('; ')}`]
      : []),
    ...(twice > 0 ? [`${twice} records stand twice in the store`] : []),
  ]
}

export function settle({ seen, received, stored, gaps, attempts_max, lost }: Books): Verdict {
  const [receivedOf, storedOf] = [byId(received), byId(stored)]
  const cases = seen.map((call) => ({
    seen: call,
    received: receivedOf.get(call.id) ?? [],
    stored: storedOf.get(call.id) ?? [],
    wasGone: gaps.some(({ from_us, to_us }) => from_us <= call.ended_us && call.began_us <= to_us),
  }))
  const counts: Record<string, number> = {}
  const complaints = judgeStored(cases, lost)
  for (const one of cases) {
    const kind = kindOf(one)
    counts[kind] = (counts[kind] ?? 0) + 1
    for (const fault of [judgeSeen(one), judgeRepeats(one, attempts_max)]) {
      if (fault !== undefined) {
        complaints.push(`${fault}: ${storyOf(one)}`)
      }
    }
  }
  for (const { act } of received) counts[`act ${act}`] = (counts[`act ${act}`] ?? 0) + 1
  return { complaints, counts }
}
