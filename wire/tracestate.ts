import { COMMA, HTAB, SP } from './byte-class.ts'
import { isOwnMember, ownMemberBytes, writeOwnMember } from './trace-context.ts'

/**
 * The list of `tracestate` as a tap passes it on: its own member first, then those that came
 * (https://www.w3.org/TR/trace-context/#tracestate-header).
 */

/** Section 3.3.1.1: members of one list. */
const MEMBERS_MAX = 32
/** Section 3.3.1.5: what everybody has to carry of what came. */
const ARRIVED_BYTES_MAX = 512
/** Section 3.3.1.5: members longer than this are left out first. */
const LONG_MEMBER_BYTES = 128

/** Bytes that `writeTracestate` needs at most for values of that length together. */
export function tracestateRoom(service: Uint8Array, arrived: number): number {
  return ownMemberBytes(service) + 1 + arrived
}

/**
 * Writes own member and arrived ones to out[at..). Above the limits of Trace Context long members go
 * first, then members from the end; below them nothing is lost but an older `tapmesh` member.
 * @param values offsets of the fields' values in `bytes`: start, end, start, end …
 * @returns offset behind the list
 */
export function writeTracestate(
  out: Uint8Array,
  at: number,
  service: Uint8Array,
  ids: Uint8Array,
  bytes: Uint8Array,
  values: readonly number[],
): number {
  let to = writeOwnMember(out, at, service, ids)
  const members = keptMembers(membersOf(bytes, values))
  for (let index = 0; index < members.length; index += 2) {
    out[to++] = COMMA
    for (let from = members[index]!; from < members[index + 1]!; from++) out[to++] = bytes[from]!
  }
  return to
}

/** Offsets of every member that is not empty and not an older one of ours. */
function membersOf(bytes: Uint8Array, values: readonly number[]): number[] {
  const members: number[] = []
  for (let index = 0; index < values.length; index += 2) {
    const end = values[index + 1]!
    for (let next = values[index]!; next < end; ) {
      let stop = next
      while (stop < end && bytes[stop] !== COMMA) stop++
      let first = next
      let last = stop
      while (first < last && (bytes[first] === SP || bytes[first] === HTAB)) first++
      while (last > first && (bytes[last - 1] === SP || bytes[last - 1] === HTAB)) last--
      next = stop + 1
      if (last > first && !isOwnMember(bytes, first, last)) members.push(first, last)
    }
  }
  return members
}

function keptMembers(members: number[]): readonly number[] {
  const kept = isWithinLimits(members)
    ? members
    : members.filter((_, index) => lengthAt(members, index & ~1) <= LONG_MEMBER_BYTES)
  while (kept.length > 0 && !isWithinLimits(kept)) kept.length -= 2
  return kept
}

function isWithinLimits(members: readonly number[]): boolean {
  let bytes = -1
  for (let index = 0; index < members.length; index += 2) bytes += lengthAt(members, index) + 1
  return bytes <= ARRIVED_BYTES_MAX && members.length / 2 < MEMBERS_MAX
}

function lengthAt(members: readonly number[], index: number): number {
  return members[index + 1]! - members[index]!
}
