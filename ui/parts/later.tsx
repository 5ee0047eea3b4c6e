import { signal } from '@preact/signals'
import type { ComponentType, JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { Loading } from './notice.tsx'

/** Parts that are fetched when they are first shown, so that the map need not wait for them. */

interface Later<Props> {
  (props: Props): JSX.Element
  /** Fetches the part without showing it. */
  fetch(): void
}

/**
 * A component that stands for one in another file of the build.
 * @param load imports the file and picks the component
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  const part = signal<ComponentType<Props> | undefined>(undefined)
  const failed = signal(false)
  let asked = false
  const fetchPart = () => {
    if (asked) return
    asked = true
    load().then(
      (component) => {
        part.value = component
      },
      () => {
        asked = false
        failed.value = true
      },
    )
  }
  const Shown = (props: Props) => {
    useEffect(fetchPart, [])
    const Part = part.value
    if (Part) return <Part {...props} />
    return failed.value ? <NotFetched /> : <Loading />
  }
  return Object.assign(Shown, { fetch: fetchPart })
}

/** A newer version of tapmesh has other file names, and so has one that was stopped. */
function NotFetched() {
  return (
    <div class="problem" role="alert">
      <strong>This part of the page could not be loaded</strong>
      <p>Either tapmesh does not answer, or a newer version of it does.</p>
      <p class="problem-foot">
        <button type="button" class="button" onClick={() => window.location.reload()}>
          Load the page again
        </button>
      </p>
    </div>
  )
}
