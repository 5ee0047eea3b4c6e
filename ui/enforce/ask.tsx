import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { ReasonForm } from './reason-form.tsx'

/** A button that asks for the reason before it does anything. */
export function Ask(props: {
  /** What is done; on the button with dots, for it is not done at once. */
  word: string
  button: string
  /** Filled in, to be changed. */
  initial?: string
  tone?: 'warn'
  send: (reason: string) => Promise<void>
  /** Told above the form. */
  children?: ComponentChildren
}) {
  const { word, button, initial = '', tone, children } = props
  const asking = useSignal(false)
  const shut = () => {
    asking.value = false
  }
  if (!asking.value) {
    return (
      <button
        type="button"
        class="button"
        onClick={() => {
          asking.value = true
        }}
      >
        {button} …
      </button>
    )
  }
  const form = (
    <ReasonForm
      word={word}
      label="Reason"
      initial={initial}
      {...(tone ? { tone } : {})}
      send={async (reason) => {
        await props.send(reason)
        shut()
      }}
      cancel={shut}
    />
  )
  return children === undefined ? (
    form
  ) : (
    <div class="ask-box">
      {children}
      {form}
    </div>
  )
}
