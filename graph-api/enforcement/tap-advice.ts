import type { TapConfig } from '../../model/enforcement.ts'

/** Taps that do less than the policy says, each in a sentence: evidence of theirs is missing. Pure. */

const SENTENCES_MAX = 5

function about(tap: TapConfig, target: string): string | undefined {
  const { ignored, result, revision, active, error, bypassed } = tap
  if (bypassed) return `Tap ${tap.tap} is bypassed: it judges nothing.`
  if (result === 'nack') {
    const goes = active === '' ? 'it has none' : `it goes by ${active}`
    return `Tap ${tap.tap} refused revision ${revision} (${error ?? 'without a reason'}); ${goes}.`
  }
  const unknown = ignored.find((path) => path === target || path.startsWith(`${target}.`))
  return unknown && `Tap ${tap.tap} does not know ${unknown}, so it does not enforce the feature.`
}

/** @param taps those that control knows of; one that is silent is left to the page of taps */
export function tapAdvice(taps: readonly TapConfig[], service: string, feature: string): string[] {
  const told = taps.flatMap((tap) => (tap.reachable ? (about(tap, `${service}.${feature}`) ?? []) : []))
  const more = told.length - SENTENCES_MAX
  return more > 0 ? [...told.slice(0, SENTENCES_MAX), `So it is with ${more} more taps.`] : told
}
