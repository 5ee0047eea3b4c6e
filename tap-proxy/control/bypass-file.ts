import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'

/** A look is one stat. */
const LOOK_MS = 250

/**
 * Watches for a file that stops everything while it is there; its content says nothing. The first look
 * is done before this returns, so that not one call is judged where the file is there at the start.
 * @returns how to stop
 */
export function watchBypassFile(file: string, changed: (there: boolean) => void): () => void {
  let stopped = false
  const look = async () => {
    const there = await stat(file).then(
      () => true,
      // Only a file that is gone lets go: one that cannot be seen may be there.
      (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' || error.code === 'ENOTDIR' ? false : undefined,
    )
    if (!stopped && there !== undefined) changed(there)
  }
  changed(existsSync(file))
  const timer = setInterval(look, LOOK_MS).unref()
  return () => {
    stopped = true
    clearInterval(timer)
  }
}
