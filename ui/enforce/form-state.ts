import { type Signal, useSignal } from '@preact/signals'
import type { ConfigAnswer, ConfigChanged, ConfigEdit, EvidenceAnswer } from '../../model/enforcement.ts'
import { change } from '../data/change.ts'
import { again } from '../data/resource.ts'
import { announce } from '../parts/toast.tsx'
import { knownToken } from '../state/token.ts'
import { asApiError } from './reason-form.tsx'
import type { Refusable } from './refused.tsx'
import type { Difference } from './setting.ts'

/** What a person has written into the form of a feature, and what becomes of it. */

export interface FormState extends Refusable {
  /** Whose calls it is for; empty for every caller. */
  caller: Signal<string>
  /** Text by name of what was touched; the rest is as the document says. */
  given: Signal<Readonly<Record<string, string>>>
  reason: Signal<string>
  busy: Signal<boolean>
}

export function useFormState(): FormState {
  return {
    caller: useSignal(''),
    given: useSignal({}),
    reason: useSignal(''),
    base: useSignal(undefined),
    error: useSignal(undefined),
    busy: useSignal(false),
    deny_all: useSignal(false),
  }
}

/** Forgets what was written; the reason is kept. */
export function discard({ given, base, error, deny_all }: FormState): void {
  given.value = {}
  base.value = undefined
  error.value = undefined
  deny_all.value = false
}

/** True where the change would act on more calls than now. */
export function goesFurther(
  evidence: Pick<EvidenceAnswer, 'mode' | 'percent'>,
  given: Readonly<Record<string, string>>,
): boolean {
  const mode = given['mode'] ?? evidence.mode
  if (mode !== 'enforce') return false
  return evidence.mode !== 'enforce' || Number(given['percent'] ?? evidence.percent) > evidence.percent
}

/** What is missing before the change can be made, in words; empty where nothing is. */
export function missingOf(
  { served_from }: Pick<ConfigAnswer, 'served_from'>,
  rows: readonly Difference[],
  reason: string,
  locked: boolean,
): string {
  if (served_from !== undefined) return `Change ${served_from} instead.`
  if (rows.length === 0) return 'Nothing differs from what is set.'
  if (locked) return 'Locked until the evidence is there.'
  if (reason.trim() === '') return 'A reason is required.'
  return knownToken() === null ? 'The token is required.' : ''
}

/** Makes the change, or keeps what the API said against it. */
export async function apply(
  state: FormState,
  { service, feature }: EvidenceAnswer,
  rows: readonly Difference[],
  done: (changed: ConfigChanged) => void,
): Promise<void> {
  const { caller, reason, base, error, busy, deny_all } = state
  busy.value = true
  error.value = undefined
  const edit: ConfigEdit = {
    ...{ service, feature },
    ...(caller.value === '' ? {} : { caller: caller.value }),
    set: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
    reason: reason.value.trim(),
    base_revision: base.value,
    ...(deny_all.value ? { yes_deny_all: true } : {}),
  }
  try {
    const changed = await change<ConfigChanged>('config/edit', edit)
    discard(state)
    reason.value = ''
    announce(`In force as revision ${changed.revision}`)
    done(changed)
  } catch (thrown) {
    error.value = asApiError(thrown)
    // Whoever came first is told at once, with the revision to go on from.
    if (error.value.code === 'TAPMESH_CONFIG_CHANGED') again.value++
  }
  busy.value = false
}
