import type { ComponentChildren } from 'preact'
import type { ApiError } from '../data/api.ts'
import { again } from '../data/resource.ts'

/** What stands where there is nothing to show: why, and what to do. */
export function Empty(props: { title: string; children?: ComponentChildren; kind?: string }) {
  return (
    <div class="empty" data-empty={props.kind}>
      <EmptyArt />
      <h2>{props.title}</h2>
      {props.children}
    </div>
  )
}

function EmptyArt() {
  return (
    <svg class="empty-art" viewBox="0 0 120 64" aria-hidden="true">
      <path d="M34 32C52 32 52 14 72 14M34 32C52 32 52 50 72 50" />
      <rect x="6" y="22" width="28" height="20" rx="6" />
      <rect x="72" y="4" width="40" height="20" rx="6" />
      <rect x="72" y="40" width="40" height="20" rx="6" />
    </svg>
  )
}

/** An error of the API in its own words, with its hint and a way to try again. */
export function Problem({ error, title }: { error: ApiError; title: string }) {
  return (
    <div class="problem" role="alert">
      <strong>{title}</strong>
      <p>{error.message}</p>
      {error.hint === '' ? null : <p class="muted">{error.hint}</p>}
      <p class="problem-foot">
        <code>{error.code}</code>
        <button
          type="button"
          class="button"
          onClick={() => {
            again.value++
          }}
        >
          Try again
        </button>
      </p>
    </div>
  )
}

/** Grey bars while the first answer is on its way. */
export function Loading({ lines = 4 }: { lines?: number }) {
  return (
    <div class="loading" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} class={`skeleton w${at % 3}`} />
      ))}
    </div>
  )
}
