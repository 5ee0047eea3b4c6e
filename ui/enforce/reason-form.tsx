import { type Signal, useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { ApiError } from '../data/api.ts'
import { actor } from '../data/change.ts'
import { knownToken } from '../state/token.ts'

/** Every change wants a reason; it stands in the audit for good. */

const REASON_MAX = 500

/** Where the browser was opened without the token it may look and not change. */
export function NoToken() {
  if (knownToken() !== null) return null
  return (
    <p class="note" data-no-token>
      This page was opened without the token, so it can show and not change. Open the link that{' '}
      <code>tapmesh up</code> printed, or use the command.
    </p>
  )
}

/** What the API said about a change that was not made. */
export function ChangeError(props: { error: ApiError; title?: string; children?: ComponentChildren }) {
  const { error } = props
  const { title = error.code === 'TAPMESH_CONFIG_CHANGED' ? 'Changed meanwhile' : 'Nothing was changed' } =
    props
  return (
    <div class="problem" role="alert" data-code={error.code}>
      <strong>{title}</strong>
      <p>{error.message}</p>
      {error.hint === '' ? null : <p class="muted">{error.hint}</p>}
      {props.children}
      <p class="problem-foot">
        <code>{error.code}</code>
      </p>
    </div>
  )
}

/** Anything thrown as an error of the API. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, 'TAPMESH_INTERNAL', String(error), '')
}

/** Bounds of the API. */
const ACTOR_MAX = 100

function TextField(props: {
  label: string
  name: string
  most: number
  example: string
  text: Signal<string>
  class?: string
}) {
  return (
    <label class={props.class}>
      {props.label}
      <input
        class="field"
        name={props.name}
        maxLength={props.most}
        placeholder={props.example}
        value={props.text.value}
        onInput={(event) => {
          props.text.value = event.currentTarget.value
        }}
      />
    </label>
  )
}

/** Who and why, as the audit will have it. */
export function WhoAndWhy({ label, reason }: { label: string; reason: Signal<string> }) {
  return (
    <>
      <TextField
        class="who"
        label="Your name"
        name="actor"
        most={ACTOR_MAX}
        example="for the audit"
        text={actor}
      />
      <TextField
        label={label}
        name="reason"
        most={REASON_MAX}
        example="Why, for whoever reads the audit"
        text={reason}
      />
    </>
  )
}

/** One field for the reason and the button that makes the change. */
export function ReasonForm(props: {
  word: string
  label: string
  initial?: string
  tone?: 'warn'
  /** Makes the change; what it throws is shown. */
  send: (reason: string) => Promise<void>
  cancel?: () => void
}) {
  const reason = useSignal(props.initial ?? '')
  const busy = useSignal(false)
  const failed = useSignal<ApiError | undefined>(undefined)
  const ready = reason.value.trim() !== '' && !busy.value && knownToken() !== null
  return (
    <form
      class="reason-form"
      onSubmit={async (event) => {
        event.preventDefault()
        if (!ready) return
        busy.value = true
        failed.value = undefined
        try {
          await props.send(reason.value.trim())
        } catch (error) {
          failed.value = asApiError(error)
        }
        busy.value = false
      }}
    >
      <WhoAndWhy label={props.label} reason={reason} />
      <button type="submit" class={`button ${props.tone ?? 'primary'}`} disabled={!ready}>
        {busy.value ? 'One moment …' : props.word}
      </button>
      {props.cancel ? (
        <button type="button" class="button quiet" onClick={props.cancel}>
          Not now
        </button>
      ) : null}
      {failed.value ? <ChangeError error={failed.value} /> : null}
    </form>
  )
}
