import type { CallFilters } from '../schema/parameters.ts'

/**
 * Filters of /calls by what policies said, as patterns over the texts of model/verdict.ts: a call fits
 * where each pattern fits one of its verdicts. Only words of the catalogue come here, so that nothing
 * in them means anything to a pattern; the store (RE2) and JavaScript read them alike.
 */
export function verdictPatterns({ would, acted, verdict }: CallFilters): string[] {
  const [feature, decision] = verdict?.split(':') ?? []
  return [
    ...(would === undefined ? [] : [`=would_${would}(;|$)`]),
    ...(acted === undefined ? [] : [`=${acted}(;|$)`]),
    ...(feature === undefined
      ? []
      : [decision === undefined ? `^${feature}=` : `^${feature}=(would_)?${decision}(;|$)`]),
  ]
}
