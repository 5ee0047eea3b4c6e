import { computed, signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { pages } from '../state/page.ts'

/** The sheet of keys, opened by `?`. */

export const helpOpen = signal(false)

type Keys = readonly [keys: readonly string[], words: string]

const OF_VIEWS: readonly Keys[] = [
  [['/', 'h'], 'Find, hide'],
  [['←', '→'], 'Walk along edges to callers and callees'],
  [['↑', '↓'], 'To the service above or below'],
  [['↑', '↓'], 'In a trace: to the call above or below'],
  [['←', '→', '↑', '↓'], 'Among features: from cell to cell'],
  [['Enter'], 'Open the panel'],
  [['f', 'p'], 'Focus on a service, paths that traces prove'],
  [['r'], 'Replay, and back to live'],
  [['Space', ',', '.'], 'In a replay: play, step back, step on'],
  [['Esc'], 'Back'],
  [['+', '−', '0'], 'Zoom in, zoom out, fit'],
]

const OF_ALL: readonly Keys[] = [
  [['d'], 'Dark or light'],
  [['y'], 'Copy the link to what you see'],
  [['?'], 'This sheet'],
]

/** How to go from page to page. */
const ofPages = computed<Keys[]>(() =>
  pages.value.flatMap(({ key }) => (key ? [[['g', key[0]], key[1]] as const] : [])),
)

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null)
  const open = helpOpen.value
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal()
    if (!open && dialog.current?.open) dialog.current.close()
  }, [open])
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={() => {
        helpOpen.value = false
      }}
    >
      <h2 id="help-title">Keys</h2>
      <dl>
        {[...OF_VIEWS, ...ofPages.value, ...OF_ALL].map(([keys, words]) => (
          <div key={words}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  )
}
