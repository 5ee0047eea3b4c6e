/**
 * A page that nobody looks at rests after so long: a browser has six connections for one address, so
 * a few forgotten pages would leave none for the one that is looked at.
 */
const UNSEEN_MS = 30_000

/** Calls `rest` when the page was long out of sight, `wake` when it is seen again; the returned function ends it. */
export function followSight(rest: () => void, wake: () => void): () => void {
  let timer = 0
  let resting = false
  const changed = () => {
    window.clearTimeout(timer)
    if (document.hidden) {
      timer = window.setTimeout(() => {
        resting = true
        rest()
      }, UNSEEN_MS)
    } else if (resting) {
      resting = false
      wake()
    }
  }
  document.addEventListener('visibilitychange', changed)
  return () => {
    document.removeEventListener('visibilitychange', changed)
    window.clearTimeout(timer)
  }
}
