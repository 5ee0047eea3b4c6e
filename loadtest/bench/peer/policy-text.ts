import { MODES, type Mode } from '../../../model/feature.ts'

/** The policy whose price is measured: 20 rules, a rate that nobody reaches, timeouts that nothing meets. */

const RULES = 20

export const VARIANTS = MODES

/** Name under which a tap is asked for a variant. */
export const serviceOf = (mode: Mode): string => `bench-${mode}`

function featuresOf(mode: Mode): string {
  const rules = Array.from(
    { length: RULES },
    (_, index) =>
      `        - { id: rule-${index}, action: allow, methods: [GET, POST], paths: ["/", "/area-${index}/{*}"] }`,
  )
  return `  ${serviceOf(mode)}:
    timeouts: { mode: ${mode}, request: 30s, backendRequest: 20s }
    retries: { mode: ${mode} }
    outlierDetection: { mode: ${mode} }
    rateLimit: { mode: ${mode}, requestsPerSecond: 1000000, burst: 1000000 }
    authorization:
      mode: ${mode}
      default: deny
      rules:
${rules.join('\n')}`
}

export function policyText(): string {
  return `version: tapmesh/v1\nservices:\n${MODES.map(featuresOf).join('\n')}\n`
}
