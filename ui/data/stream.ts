import { followSight } from './sight.ts'

/**
 * Server-sent events that come back: after a break it waits, longer each time, and tells whoever
 * listens whether it is connected. A stream that is silent for too long counts as broken.
 */

export interface StreamHandlers {
  /** Event name to handler of its parsed data and its id, empty where it has none. */
  on: Record<string, (data: unknown, id: string) => void>
  state: (connected: boolean) => void
  /** The stream stands again after it had rested, with what came meanwhile unheard. */
  rested?: () => void
}

/** The server pings every 15 s; two missed pings are a break. */
const SILENCE_MS = 40_000
const WAIT_MS = [500, 1000, 2000, 4000, 8000]

/** One connection; every sign of life is told before its event is handled. */
function connect(
  address: string,
  on: StreamHandlers['on'],
  alive: () => void,
  broken: () => void,
): EventSource {
  const source = new EventSource(address)
  source.onopen = alive
  source.onerror = broken
  source.addEventListener('ping', alive)
  for (const [name, handler] of Object.entries(on)) {
    source.addEventListener(name, (event) => {
      alive()
      const { data, lastEventId } = event as MessageEvent<string>
      handler(JSON.parse(data), lastEventId)
    })
  }
  return source
}

/**
 * Opens the stream; the returned function closes it for good.
 * @param address asked at every opening, so that it can name what is known already
 */
export function openStream(address: () => string, handlers: StreamHandlers): () => void {
  let source: EventSource | undefined
  let failures = 0
  let closed = false
  let retry = 0
  let silence = 0
  let resting = false
  let rested = false

  const alive = () => {
    window.clearTimeout(silence)
    silence = window.setTimeout(broken, SILENCE_MS)
    if (failures > 0 || !connected) {
      failures = 0
      connected = true
      handlers.state(true)
    }
    if (rested) {
      rested = false
      handlers.rested?.()
    }
  }
  let connected = false
  const broken = () => {
    source?.close()
    window.clearTimeout(silence)
    if (closed || resting) return
    connected = false
    handlers.state(false)
    retry = window.setTimeout(open, WAIT_MS[Math.min(failures++, WAIT_MS.length - 1)])
  }
  const open = () => {
    source = connect(address(), handlers.on, alive, broken)
  }
  // A machine that wakes up or finds its network again need not wait for the next turn.
  const online = () => {
    if (connected || resting) return
    window.clearTimeout(retry)
    source?.close()
    open()
  }
  const shut = () => {
    connected = false
    window.clearTimeout(retry)
    window.clearTimeout(silence)
    source?.close()
  }
  const unfollow = followSight(
    () => {
      resting = true
      shut()
    },
    () => {
      resting = false
      rested = true
      open()
    },
  )
  window.addEventListener('online', online)
  open()
  return () => {
    closed = true
    window.removeEventListener('online', online)
    unfollow()
    shut()
  }
}
