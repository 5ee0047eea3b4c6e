import type { Request, Response } from 'express'

/** Bytes a slow reader may leave unread before events are left out for it. */
export const UNREAD_BYTES_MAX = 1_000_000
/** A reader that stays that slow for so long is let go; its browser comes back by itself. */
const SLOW_MS_MAX = 30_000

/**
 * One connection of server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */
export class EventStream {
  readonly #response: Response
  #slow_since = 0

  constructor(request: Request, response: Response, onEnd: () => void) {
    this.#response = response
    response.status(200)
    response.setHeader('content-type', 'text/event-stream; charset=utf-8')
    response.setHeader('cache-control', 'no-store')
    response.setHeader('x-accel-buffering', 'no')
    response.flushHeaders()
    request.socket.setNoDelay(true)
    response.on('close', onEnd)
  }

  /**
   * Sends one event, unless the reader has too much unread. JSON has no line breaks, so the data is
   * always one line. @param id what a browser that comes back names as the last it got
   * @returns false where the event was left out
   */
  send(event: string, json: string, now_ms: number, id?: string): boolean {
    if (this.#response.writableLength > UNREAD_BYTES_MAX) {
      this.#slow_since ||= now_ms
      if (now_ms - this.#slow_since > SLOW_MS_MAX) this.close()
      return false
    }
    this.#slow_since = 0
    this.#response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${json}\n\n`)
    return true
  }

  close(): void {
    this.#response.destroy()
  }
}
