import { shareText } from '../../picture/format.ts'
import { Problem } from '../parts/notice.tsx'
import { setQuery } from '../state/location.ts'
import { onePath, paths, pathsError, through } from './proven.ts'

/** The ways through the selected service, each with the traces that prove it. */

export function PathsList() {
  const [found, error, one] = [paths.value, pathsError.value, onePath.value]
  if (through.value === '') return null
  if (error) return <Problem error={error} title="The paths cannot be loaded" />
  if (!found) return <p class="muted paths-note">Looking through the traces …</p>
  if (found.paths.length === 0) {
    return (
      <p class="muted paths-note">
        No trace of this window goes through it, so no path is proven. Edges alone prove none.
      </p>
    )
  }
  return (
    <section class="paths" aria-label="Paths that traces prove">
      <p class="muted paths-note">
        Proven by {found.sampled ? 'the newest ' : ''}
        {found.traces} {found.traces === 1 ? 'trace' : 'traces'} of this window
        {found.broken > 0 ? `; ${found.broken} of them miss a hop` : ''}.
        {found.paths_left_out > 0 ? ` ${found.paths_left_out} rarer paths are left out.` : ''}
      </p>
      <ol class="rows">
        {found.paths.map((path, at) => (
          <li key={path.services.join('\n')}>
            <button
              type="button"
              class="row path-row"
              aria-pressed={one === at}
              onClick={() => setQuery({ path: one === at ? undefined : String(at) })}
            >
              <span class="path-names" dir="auto">
                {path.services.join(' → ')}
              </span>
              <span class="pair-figures">
                {shareText(path.traces / found.traces)} of traces
                {path.failed > 0 ? `, ${path.failed} failed` : ''}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}
