import type { PositionsAnswer } from '../../graph-api/contract.ts'
import { queryValue, setQuery } from '../state/location.ts'
import { recall, remember } from '../state/memory.ts'
import { knownToken } from '../state/token.ts'
import { apiAddress, getJson, putJson } from './api.ts'

/** Where people dragged nodes: on the server where the token is known, else in this tab only. */

const VIEW = 'map'
const SAVE_AFTER_MS = 400
/** As far as the API takes a place. */
const COORDINATE_MAX = 1_000_000

/** Nodes that a link carries the places of; older ones are on the server or in this tab. */
export const LINKED_MAX = 20

let dragged: PositionsAnswer = {}
let timer = 0

function parsed(text: string | null): PositionsAnswer {
  try {
    return Object.fromEntries(
      Object.entries(JSON.parse(text ?? '{}') as PositionsAnswer).filter(
        ([, point]) => Number.isFinite(point?.x) && Number.isFinite(point?.y),
      ),
    )
  } catch {
    return {}
  }
}

/** `cart:12:-40,web-api:0:8`: the nodes dragged last, as a link has them. */
function linked(): PositionsAnswer {
  const places = queryValue('moved')
    .split(',')
    .slice(0, LINKED_MAX)
    .map((part) => part.split(':'))
    .filter(([id, x, y]) => id && [x, y].every((it) => it && Math.abs(Number(it)) < COORDINATE_MAX))
  return Object.fromEntries(places.map(([id, x, y]) => [safeDecoded(id!), { x: Number(x), y: Number(y) }]))
}

function safeDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function link(places: PositionsAnswer): void {
  const parts = Object.entries(places).map(([id, { x, y }]) =>
    [encodeURIComponent(id), Math.round(x * 10) / 10, Math.round(y * 10) / 10].join(':'),
  )
  setQuery({ moved: parts.slice(-LINKED_MAX).join(',') })
}

/** Everything dragged so far: the server's, this tab's own on top, and what the link says on top of that. */
export async function loadPositions(): Promise<PositionsAnswer> {
  const own = parsed(recall('session', 'positions'))
  const stored = await getJson<PositionsAnswer>(apiAddress(`positions/${VIEW}`)).catch(() => ({}))
  dragged = { ...stored, ...own, ...linked() }
  return dragged
}

export function draggedPositions(): PositionsAnswer {
  return dragged
}

/** Places that the server does not have yet. */
let unsaved: PositionsAnswer = {}

/**
 * Sends what changed here and nothing else: another browser may have moved other nodes meanwhile. Of
 * two who move the same node the later one wins, as the server keeps the newest place of each.
 */
function save(changed: PositionsAnswer): void {
  unsaved = { ...unsaved, ...changed }
  window.clearTimeout(timer)
  timer = window.setTimeout(() => {
    if (knownToken() === null) {
      remember('session', 'positions', JSON.stringify(dragged))
      return
    }
    const sent = unsaved
    unsaved = {}
    putJson(apiAddress(`positions/${VIEW}`), sent).catch(() => {
      unsaved = { ...sent, ...unsaved }
      remember('session', 'positions', JSON.stringify(dragged))
    })
  }, SAVE_AFTER_MS)
}

/** Remembers one node's place. */
export function keepPosition(id: string, point: { x: number; y: number }): void {
  dragged = { ...dragged, [id]: point }
  const { [id]: _before, ...others } = linked()
  link({ ...others, [id]: point })
  save({ [id]: point })
}

/** Replaces all places, as Tidy and its undo do. */
export function replacePositions(positions: PositionsAnswer): void {
  dragged = positions
  link({})
  save(positions)
}
