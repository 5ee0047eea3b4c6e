import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, getJson } from './api.ts'

/** What is known of something asked from the API: the last good answer stays while a newer one fails. */
export interface Resource<T> {
  data: T | undefined
  error: ApiError | undefined
  loading: boolean
  /** When the data arrived, milliseconds. */
  at: number
}

const NOTHING = { data: undefined, error: undefined, loading: true, at: 0 }

/** Milliseconds between two questions for a window that follows the clock. */
const AGAIN_MS = 5000

/** Bumped to ask everything again at once, by the Retry buttons. */
export const again = signal(0)

/**
 * Asks `address` now, on every change of it, and every few seconds while `follows` or while nobody answers.
 * An answer for another address is dropped; undefined asks nothing.
 */
export function useResource<T>(address: string | undefined, follows: boolean): Resource<T> {
  const [state, setState] = useState<Resource<T>>(NOTHING)
  const shown = useRef<string | undefined>(undefined)
  const turn = again.value
  useEffect(() => {
    if (address === undefined) return
    const stop = new AbortController()
    let timer = 0
    if (shown.current !== address) setState(NOTHING)
    shown.current = address
    const ask = async () => {
      let more = follows
      try {
        const data = await getJson<T>(address, stop.signal)
        setState({ data, error: undefined, loading: false, at: Date.now() })
      } catch (error) {
        if (stop.signal.aborted) return
        const known =
          error instanceof ApiError ? error : new ApiError(0, 'TAPMESH_INTERNAL', String(error), '')
        setState((before) => ({ ...before, error: known, loading: false }))
        // Nobody answered, or the store was away: that passes. A question that is wrong stays wrong.
        more ||= known.status === 0 || known.status >= 500
      }
      if (more && !stop.signal.aborted) timer = window.setTimeout(whenSeen, AGAIN_MS)
    }
    const whenSeen = () => {
      if (document.hidden) timer = window.setTimeout(whenSeen, AGAIN_MS)
      else void ask()
    }
    void ask()
    return () => {
      stop.abort()
      window.clearTimeout(timer)
    }
  }, [address, follows, turn])
  return state
}
