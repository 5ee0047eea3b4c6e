import { signal } from '@preact/signals'
import type { VNode } from 'preact'

/** One short message at the foot of the page, read out politely; it may carry one action. */

interface Message {
  text: string
  action?: { word: string; run: () => void }
}

const message = signal<Message | undefined>(undefined)
const SHOWN_MS = 6000
let timer = 0

export function announce(text: string, action?: Message['action']): void {
  window.clearTimeout(timer)
  message.value = action ? { text, action } : { text }
  timer = window.setTimeout(() => {
    message.value = undefined
  }, SHOWN_MS)
}

export function Toast(): VNode {
  const shown = message.value
  return (
    <div class="toast-place" aria-live="polite">
      {shown ? (
        <div class="toast">
          <span>{shown.text}</span>
          {shown.action ? (
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                shown.action?.run()
                message.value = undefined
              }}
            >
              {shown.action.word}
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  )
}
