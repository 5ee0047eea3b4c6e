import { type CallRecord, EMPTY_RECORD } from '../../model/call.ts'
import { NAME_BYTES_MAX, placeOf, TEXT_BYTES_MAX } from '../../model/column.ts'
import { encodeRow } from '../../model/row.ts'
import type { CallDraft, CallParties } from '../../protocol/call-draft.ts'
import type { Route } from '../../protocol/route/route-trie.ts'
import { putBytes } from '../../wire/put-bytes.ts'
import { writePadded, writeText, writeUint } from './field-bytes.ts'

/** No row is longer: every name is at most 512 bytes on the wire, path and route 4 KiB each. */
export const ROW_BYTES_MAX = 20_480

const TAB = 0x09
const PARTIES_MAX = 4096
const STATUSES_MAX = 1024
const SAID_MAX = 256
const UINT32_MAX = 0xffffffff

/** What stays the same over many calls, ready to copy, each with its closing tab. */
interface PartyBlocks {
  /** reporter … protocol */
  who: Buffer
  /** attempt … tap, of a first attempt of which no policy said anything */
  how: Buffer
  /** The same of calls that a policy was asked about, by what it said. */
  said: Map<readonly string[], SaidBlock>
}

interface SaidBlock {
  attempt: number
  config_version: string
  bytes: Buffer
}

interface EndBlock {
  outcome: string
  response_flags: string
  bytes: Buffer
}

/** Bytes of the columns `first` to `last` of a record, with the tab behind the last one. */
function fieldsOf(record: CallRecord, first: keyof CallRecord, last: keyof CallRecord): Buffer {
  const fields = encodeRow(record).split('\t')
  return Buffer.from(`${fields.slice(placeOf(first), placeOf(last) + 1).join('\t')}\t`, 'latin1')
}

/** Bytes of the last column with the newline. */
function lastField(record: CallRecord): Buffer {
  return Buffer.from(encodeRow(record).split('\t').at(-1)!, 'latin1')
}

/** Draft -> the bytes of one row. Byte for byte what encodeRow of model/row.ts gives for the same call. */
export class RowWriter {
  readonly #constant: Pick<CallRecord, 'tap' | 'config_version'>
  readonly #parties = new Map<CallParties, PartyBlocks>()
  readonly #ends = new Map<string, EndBlock>()
  #lastParties: CallParties | undefined
  #lastBlocks: PartyBlocks | undefined
  #lastAttributes: CallRecord['attributes'] = EMPTY_RECORD.attributes
  #lastAttributesBytes = lastField(EMPTY_RECORD)
  #second = -1
  readonly #secondBytes = Buffer.alloc(20)
  #secondLength = 0

  constructor(constant: Pick<CallRecord, 'tap' | 'config_version'>) {
    this.#constant = constant
  }

  /** Writes one row at `at`, where ROW_BYTES_MAX bytes are free. @returns where the next row goes */
  write(out: Buffer, start: number, draft: CallDraft, route: Route): number {
    const blocks = draft.parties === this.#lastParties ? this.#lastBlocks! : this.#blocksOf(draft.parties)
    let at = this.#writeTime(out, start, draft.ts)
    at = writeNumber(out, at, draft.duration_us)
    at = writeNumber(out, at, draft.ttfb_us)
    at = writeIds(out, at, draft)
    at = putBytes(out, at, blocks.who)
    at = writeText(out, at, draft.head, draft.methodStart, draft.methodEnd, NAME_BYTES_MAX)
    out[at++] = TAB
    at = putBytes(out, at, route.bytes)
    out[at++] = TAB
    at = writeText(out, at, draft.head, draft.pathStart, draft.pathEnd, TEXT_BYTES_MAX)
    out[at++] = TAB
    at = putBytes(out, at, this.#endOf(draft))
    at = writeNumber(out, at, draft.request_bytes)
    at = writeNumber(out, at, draft.response_bytes)
    at = putBytes(out, at, this.#howOf(draft, blocks))
    at = writeNumber(out, at, Math.min(draft.tap_us, UINT32_MAX))
    return putBytes(out, at, this.#attributesOf(draft.attributes))
  }

  #writeTime(out: Buffer, at: number, ts: number): number {
    const second = ts > 0 ? Math.floor(ts / 1e6) : 0
    if (second !== this.#second) {
      this.#secondLength = writeUint(this.#secondBytes, 0, second)
      this.#secondBytes[this.#secondLength++] = 0x2e
      this.#second = second
    }
    for (let index = 0; index < this.#secondLength; index++) out[at + index] = this.#secondBytes[index]!
    const micros = ts > 0 ? ts - second * 1e6 : 0
    const next = writePadded(out, at + this.#secondLength, micros, 6)
    out[next] = TAB
    return next + 1
  }

  #blocksOf(parties: CallParties): PartyBlocks {
    let blocks = this.#parties.get(parties)
    if (blocks === undefined) {
      const record = { ...EMPTY_RECORD, ...parties, ...this.#constant }
      blocks = {
        who: fieldsOf(record, 'reporter', 'protocol'),
        how: fieldsOf(record, 'attempt', 'tap'),
        said: new Map(),
      }
      if (this.#parties.size >= PARTIES_MAX) this.#parties.clear()
      this.#parties.set(parties, blocks)
    }
    this.#lastParties = parties
    this.#lastBlocks = blocks
    return blocks
  }

  #howOf({ attempt, verdicts, config_version, parties }: CallDraft, { how, said }: PartyBlocks): Buffer {
    if (config_version === '' && attempt === 1) return how
    const known = said.get(verdicts)
    if (known && known.attempt === attempt && known.config_version === config_version) return known.bytes
    const record = { ...EMPTY_RECORD, ...parties, ...this.#constant, attempt, verdicts, config_version }
    const bytes = fieldsOf(record, 'attempt', 'tap')
    if (said.size >= SAID_MAX) said.clear()
    said.set(verdicts, { attempt, config_version, bytes })
    return bytes
  }

  #attributesOf(attributes: CallRecord['attributes']): Buffer {
    if (attributes !== this.#lastAttributes) {
      this.#lastAttributes = attributes
      this.#lastAttributesBytes = lastField({ ...EMPTY_RECORD, attributes })
    }
    return this.#lastAttributesBytes
  }

  #endOf(draft: CallDraft): Buffer {
    const { status, outcome, response_flags } = draft
    const known = this.#ends.get(status)
    if (known && known.outcome === outcome && known.response_flags === response_flags) return known.bytes
    const bytes = fieldsOf({ ...EMPTY_RECORD, status, outcome, response_flags }, 'status', 'response_flags')
    if (this.#ends.size >= STATUSES_MAX) this.#ends.clear()
    this.#ends.set(status, { outcome, response_flags, bytes })
    return bytes
  }
}

function writeNumber(out: Buffer, at: number, value: number): number {
  const next = writeUint(out, at, value)
  out[next] = TAB
  return next + 1
}

function writeIds(out: Buffer, start: number, draft: CallDraft): number {
  const { ids, parent } = draft
  let at = start
  for (let index = 0; index < 32; index++) out[at++] = ids[index]!
  out[at++] = TAB
  for (let index = 32; index < 48; index++) out[at++] = ids[index]!
  out[at++] = TAB
  if (draft.hasParent) for (let index = 0; index < 16; index++) out[at++] = parent[index]!
  out[at++] = TAB
  return at
}
