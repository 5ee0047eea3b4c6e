import type { Signal } from '@preact/signals'
import type { ConfigAnswer } from '../../model/enforcement.ts'
import type { ApiError } from '../data/api.ts'
import { Link } from '../parts/link.tsx'
import { addressOf } from '../state/location.ts'
import { ChangeError } from './reason-form.tsx'

export interface Refusable {
  error: Signal<ApiError | undefined>
  /** The revision that the first edit was made on. */
  base: Signal<string | undefined>
  /** A person said that denying everything is meant. */
  deny_all: Signal<boolean>
}

/** What a refused change asks for: the newer document, or a word that this is meant. */
export function Refused({ state, config }: { state: Refusable; config: ConfigAnswer }) {
  const { error, base, deny_all } = state
  if (!error.value) return null
  if (error.value.code === 'TAPMESH_CONFIG_CHANGED') {
    return (
      <ChangeError error={error.value}>
        <p>
          Newest is {config.revision}, by {config.actor}: “{config.reason}”.{' '}
          <Link class="accent" to={addressOf('/audit')}>
            Look at what changed
          </Link>
        </p>
        <button
          type="button"
          class="button"
          onClick={() => {
            base.value = config.revision
            error.value = undefined
          }}
        >
          Make my change on the newest
        </button>
      </ChangeError>
    )
  }
  return (
    <ChangeError error={error.value}>
      {error.value.code === 'TAPMESH_DENIES_ALL' ? (
        <label class="check-line">
          <input
            type="checkbox"
            checked={deny_all.value}
            onChange={(event) => {
              deny_all.value = event.currentTarget.checked
            }}
          />
          It is meant to deny every call
        </label>
      ) : null}
    </ChangeError>
  )
}
