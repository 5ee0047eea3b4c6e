import { Edits } from '../../protocol/edits.ts'
import { OpenCall } from '../../protocol/open-call.ts'
import type { Decoder, DecoderContext, Protocol } from '../../protocol/protocol.ts'
import { TraceIds } from '../../wire/trace-ids.ts'

/** A decoder driven by a script of events, with all that it said; time goes on by a millisecond an event. */
export interface Watched {
  decoder: Decoder
  /** Finished calls: `METHOD /path status outcome flags finding protocol request>response`. */
  calls: string[]
  /** Of the same calls: duration and time to the first byte, milliseconds. */
  times: { duration_ms: number; ttfb_ms: number }[]
  started: number
  reasons: string[]
  /** Sends text, in pieces of that many bytes. @returns what goes on to the service */
  client(text: string, pieces?: number): string
  server(text: string, pieces?: number): void
}

export function watch(protocol: Protocol, { stateName = '', untouched = false } = {}): Watched {
  let now_us = 1000
  const edits = new Edits()
  const calls: string[] = []
  const times: Watched['times'] = []
  const reasons: string[] = []
  const watched = { calls, times, reasons, started: 0 } as unknown as Watched
  const context: DecoderContext = {
    trace: {
      ids: new TraceIds(Uint32Array.of(1, 2, 3, 4)),
      stateName: stateName === '' ? undefined : Buffer.from(stateName),
      untouched,
    },
    take(name, at_us) {
      const call = new OpenCall()
      call.open(name, at_us)
      return call
    },
    started: () => {
      watched.started++
    },
    ended(call, at_us) {
      const { draft } = call
      const text = (from: number, to: number) => draft.head.toString('latin1', from, to)
      const words = [
        text(draft.methodStart, draft.methodEnd),
        text(draft.pathStart, draft.pathEnd),
        draft.status,
        draft.outcome,
        draft.response_flags,
        draft.finding,
        call.protocol === 'http' ? '' : call.protocol,
        `${draft.request_bytes}>${draft.response_bytes}`,
      ]
      calls.push(words.filter((word) => word !== '').join(' '))
      const ended_us = call.endedAt >= 0 ? call.endedAt : at_us
      times.push({ duration_ms: (ended_us - call.startedAt) / 1000, ttfb_ms: draft.ttfb_us / 1000 })
    },
    opaque: (reason) => reasons.push(reason),
  }
  const decoder = protocol.open(context, now_us)
  const cut = (text: string, pieces: number): Buffer[] => {
    const bytes = Buffer.from(text, 'latin1')
    const all: Buffer[] = []
    for (let at = 0; at < bytes.length; at += pieces) all.push(Buffer.from(bytes.subarray(at, at + pieces)))
    return all
  }
  return Object.assign(watched, {
    decoder,
    client(text: string, pieces = Number.POSITIVE_INFINITY) {
      let sent = ''
      for (const piece of cut(text, pieces)) {
        now_us += 1000
        edits.clear()
        const before = piece.toString('latin1')
        decoder.client(piece, 0, piece.length, now_us, edits)
        if (piece.toString('latin1') !== before) throw new Error('a decoder changed the bytes it watches')
        const out = Buffer.alloc(piece.length + edits.length)
        sent += out.toString('latin1', 0, edits.apply(piece, 0, piece.length, out))
      }
      return sent
    },
    server(text: string, pieces = Number.POSITIVE_INFINITY) {
      for (const piece of cut(text, pieces)) {
        now_us += 1000
        decoder.server(piece, 0, piece.length, now_us)
      }
    },
  })
}
