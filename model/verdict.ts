import { DECISIONS, type Decision } from './decision.ts'
import { type Feature, isFeature } from './feature.ts'

/**
 * What a policy said about a call, as it stands in the `verdicts` column: one text a feature, like
 * `authorization=would_deny;rule=default`, `retries=retry;rule=codes;cohort=treated` or, where calls are
 * split and nothing else is to be told, `retries=pass;cohort=control`.
 */

/** Which part of a split call traffic a call belongs to. */
export type Cohort = 'treated' | 'control'

export interface CallVerdict {
  feature: Feature
  decision: Decision
  /** False where it was only said: dry-run, or the control cohort. */
  acted: boolean
  /** Id of the rule or name of the parameter that decided; empty for pass. */
  rule: string
  cohort: Cohort | undefined
}

/** How the verdict on a message that broke a rule begins. */
export const FINDING = 'strict='

const WOULD = 'would_'
const decisions: ReadonlySet<string> = new Set(DECISIONS)

export function verdictText({ feature, decision, acted, rule, cohort }: CallVerdict): string {
  const said = acted || decision === 'pass' ? decision : `${WOULD}${decision}`
  return `${feature}=${said}${rule === '' ? '' : `;rule=${rule}`}${cohort === undefined ? '' : `;cohort=${cohort}`}`
}

/** Reads one entry; undefined for what this version does not know. */
export function parseVerdict(text: string): CallVerdict | undefined {
  const [said = '', ...rest] = text.split(';')
  const [feature = '', word = ''] = said.split('=')
  const would = word.startsWith(WOULD)
  const decision = would ? word.slice(WOULD.length) : word
  if (!isFeature(feature) || !decisions.has(decision)) return undefined
  const value = (name: string) => rest.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1)
  const cohort = value('cohort')
  return {
    feature,
    decision: decision as Decision,
    acted: !would && decision !== 'pass',
    rule: value('rule') ?? '',
    cohort: cohort === 'treated' || cohort === 'control' ? cohort : undefined,
  }
}

/** The rule of strict HTTP parsing that a recorded call broke, out of its verdicts; empty if none. */
export function findingOf(verdicts: readonly string[]): string {
  const text = verdicts.find((each) => each.startsWith(FINDING))
  return (text === undefined ? undefined : parseVerdict(text)?.rule) ?? ''
}
