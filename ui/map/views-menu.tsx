import { signal, useSignal } from '@preact/signals'
import { Menu } from '../parts/menu.tsx'
import { announce } from '../parts/toast.tsx'
import { go } from '../state/location.ts'
import { recall, remember } from '../state/memory.ts'

/** Views that this browser remembers by name; the address holds all of a view, so each is a link. */

interface View {
  name: string
  /** Path and query. */
  address: string
}

/** Views kept at a time; the oldest goes. */
export const VIEWS_MAX = 50
const NAME_MAX = 60

function stored(): View[] {
  try {
    const all: unknown = JSON.parse(recall('local', 'views') ?? '[]')
    const isView = (it: unknown): it is View =>
      typeof it === 'object' &&
      it !== null &&
      typeof (it as View).name === 'string' &&
      // Only a place of this UI: what stands in the storage is not believed further.
      /^\/(?:map)?(?:\?|$)/.test(String((it as View).address))
    return Array.isArray(all) ? all.filter(isView) : []
  } catch {
    return []
  }
}

const views = signal<readonly View[] | undefined>(undefined)

function keep(next: readonly View[]): void {
  views.value = next
  remember('local', 'views', JSON.stringify(next))
}

function SaveForm({ done }: { done: () => void }) {
  const name = useSignal('')
  return (
    <form
      class="save-view"
      onSubmit={(event) => {
        event.preventDefault()
        const text = name.value.trim().slice(0, NAME_MAX)
        if (text === '') return
        const others = (views.value ?? stored()).filter((it) => it.name !== text)
        const address = window.location.pathname + window.location.search
        keep([...others, { name: text, address }].slice(-VIEWS_MAX))
        announce(`Saved as ${text}`)
        done()
      }}
    >
      <input
        class="field"
        placeholder="Name for what you see"
        aria-label="Name for what you see"
        maxLength={NAME_MAX}
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value
        }}
      />
      <button type="submit" class="button primary">
        Save
      </button>
    </form>
  )
}

export function ViewsMenu() {
  const known = views.value ?? stored()
  return (
    <Menu title="Saved views" label="Views" align="right">
      {(close) => (
        <>
          <p class="sheet-title">Saved in this browser; copy the link to share one</p>
          <ul class="choices">
            {known.map((view) => (
              <li key={view.name} class="view-row">
                <button
                  type="button"
                  class="choice"
                  onClick={() => {
                    go(view.address)
                    close()
                  }}
                >
                  <bdi>{view.name}</bdi>
                </button>
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Forget ${view.name}`}
                  title="Forget"
                  onClick={() => keep(known.filter((it) => it !== view))}
                >
                  ✕
                </button>
              </li>
            ))}
          </ul>
          <SaveForm done={close} />
        </>
      )}
    </Menu>
  )
}
