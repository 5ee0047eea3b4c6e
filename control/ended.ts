import { FEATURES } from '../model/feature.ts'
import { type Policy, settingsByCaller } from '../model/policy.ts'
import { featureMark } from './change-text.ts'

/** Features that end by their own clock (`expires`). */

/** The next moment at which one ends, milliseconds; undefined where none does. */
export function nextEnd(policy: Policy, after_ms: number): number | undefined {
  let next: number | undefined
  for (const { expires } of ends(policy)) {
    if (expires > after_ms && (next === undefined || expires < next)) next = expires
  }
  return next
}

/** What ended in a span, as lines of the audit: what held before and what holds since. */
export function endedBetween(
  policy: Policy,
  after_ms: number,
  to_ms: number,
): { before: string[]; after: string[] } {
  const ended = ends(policy).filter(({ expires }) => expires > after_ms && expires <= to_ms)
  return {
    before: ended.map(({ mark, mode }) => `${mark}mode: ${mode}`),
    after: ended.map(({ mark }) => `${mark}mode: disabled`),
  }
}

function ends(policy: Policy): { mark: string; mode: string; expires: number }[] {
  return [...policy.services].flatMap(([name, service]) =>
    FEATURES.flatMap((feature) =>
      settingsByCaller(service, feature).flatMap(({ caller, settings }) => {
        if (settings.expires === undefined || settings.mode === 'disabled') return []
        const mark = `${featureMark(name, feature)}${caller === '' ? '' : `for ${caller} `}`
        return [{ mark, mode: settings.mode, expires: settings.expires }]
      }),
    ),
  )
}
