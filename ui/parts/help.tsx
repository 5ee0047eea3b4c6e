import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

/** The sheet of keys, opened by `?`. */

export const helpOpen = signal(false)

const KEYS: [keys: string[], words: string][] = [
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
  [['g', 'm'], 'Map'],
  [['g', 's'], 'Services'],
  [['g', 'c'], 'Calls'],
  [['g', 'e'], 'Features and what is enforced'],
  [['g', 'p'], 'Rules of authorization'],
  [['g', 'a'], 'Audit'],
  [['d'], 'Dark or light'],
  [['y'], 'Copy the link to what you see'],
  [['?'], 'This sheet'],
]

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
        {KEYS.map(([keys, words]) => (
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
