import type { PositionsAnswer } from '../../graph-api/contract.ts'
import { recall, remember } from '../state/memory.ts'
import { knownToken } from '../state/token.ts'
import { apiAddress, getJson, putJson } from './api.ts'

/** Where people dragged nodes: on the server where the token is known, else in this tab only. */

const VIEW = 'map'
const SAVE_AFTER_MS = 400

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

/** Everything dragged so far: the server's, then this tab's own on top. */
export async function loadPositions(): Promise<PositionsAnswer> {
  const own = parsed(recall('session', 'positions'))
  const stored = await getJson<PositionsAnswer>(apiAddress(`positions/${VIEW}`)).catch(() => ({}))
  dragged = { ...stored, ...own }
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
  save({ [id]: point })
}

/** Replaces all places, as Tidy and its undo do. */
export function replacePositions(positions: PositionsAnswer): void {
  dragged = positions
  save(positions)
}
