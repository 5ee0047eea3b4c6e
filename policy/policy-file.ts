import {
  checkYaml,
  type DocumentRules,
  oneError,
  type ReadDocument,
  readYamlDocument,
} from '../document/yaml-document.ts'
import type { ErrorPlace } from '../model/error.ts'
import { TapmeshError } from '../model/error.ts'
import { FEATURES, type Feature, MODES, type Mode, parametersOf } from '../model/feature.ts'
import type { Given, GivenFeatures, Policy, Rollout, ServicePolicy } from '../model/policy.ts'
import { conflictsOf } from './conflict.ts'
import { POLICY_SCHEMA } from './schema.ts'

/** The YAML file of a policy: read and checked once, for the command line, the API and an editor alike. */

type Tree = { readonly [key: string]: unknown }

type ServiceTree = Tree & { callers?: Record<string, Tree>; rollout?: Rollout }

interface PolicyDocument {
  mesh?: { trustDomain: string }
  services?: Record<string, ServiceTree>
}

/** A policy, and where in its file each setting stands. */
export interface PolicyFile {
  file: string
  policy: Policy
  /** @param name dotted name of a parameter; @param caller empty for the service's own entry */
  placeOf(service: string, caller: string, feature: Feature, name: string): ErrorPlace
}

/** Values by dotted name: the nesting of the document is for people. */
function flat(tree: Tree, names: readonly string[]): Given {
  const given: Record<string, unknown> = {}
  for (const name of names) {
    const value = name.split('.').reduce<unknown>((at, part) => (at as Tree | undefined)?.[part], tree)
    if (value !== undefined) given[name] = value
  }
  return given
}

function featuresOf(tree: Tree): GivenFeatures {
  const found: Partial<Record<Feature, Given>> = {}
  for (const feature of FEATURES) {
    const given = tree[feature]
    if (given === undefined) continue
    const names = ['mode', 'percent', 'expires', ...parametersOf(feature).map(([name]) => name)]
    found[feature] = flat(given as Tree, names)
  }
  return found
}

function serviceOf({ callers, rollout, ...own }: ServiceTree): ServicePolicy {
  const entries = Object.entries(callers ?? {})
  return {
    features: featuresOf(own),
    rollout,
    callers: new Map(entries.map(([caller, tree]) => [caller, featuresOf(tree)])),
  }
}

function policyOf({ mesh, services = {} }: PolicyDocument): Policy {
  const entries = Object.entries(services)
  return {
    trustDomain: mesh?.trustDomain ?? '',
    services: new Map(entries.map(([service, tree]) => [service, serviceOf(tree)])),
  }
}

const RULES: DocumentRules<PolicyDocument> = {
  schema: POLICY_SCHEMA,
  conflictsIn: (document) => conflictsOf(policyOf(document)),
}

function finish(file: string, read: ReadDocument<PolicyDocument>): PolicyFile {
  if ('mistakes' in read) throw oneError(file, read.mistakes, 'Mend them and try again.')
  const { document, placeOf } = read
  return {
    file,
    policy: policyOf(document),
    placeOf: (service, caller, feature, name) =>
      placeOf([
        'services',
        service,
        ...(caller === '' ? [] : ['callers', caller]),
        feature,
        ...name.split('.'),
      ]),
  }
}

/** @throws TapmeshError with every mistake in its message, each with file, line, column and key */
export async function loadPolicy(file: string): Promise<PolicyFile> {
  return finish(file, await readYamlDocument(file, RULES))
}

/** The same for a text at hand. @param file how mistakes name it */
export function readPolicyText(file: string, text: string): PolicyFile {
  return finish(file, checkYaml(file, text, RULES))
}

/** Features of a policy by their mode, the overrides of callers included. */
export function modesOf(policy: Policy): Record<Mode, number> {
  const counts = Object.fromEntries(MODES.map((mode) => [mode, 0])) as Record<Mode, number>
  for (const { features, callers } of policy.services.values()) {
    for (const given of [features, ...callers.values()]) {
      for (const feature of FEATURES) {
        const mode = given[feature]?.['mode'] as Mode | undefined
        if (mode !== undefined) counts[mode]++
      }
    }
  }
  return counts
}

/**
 * A service of a policy. @throws TapmeshError TAPMESH_NOT_FOUND
 */
export function serviceIn({ file, policy }: PolicyFile, service: string): ServicePolicy {
  const found = policy.services.get(service)
  if (found) return found
  throw new TapmeshError(
    'TAPMESH_NOT_FOUND',
    `${file} says nothing of a service ${service}`,
    policy.services.size === 0
      ? 'It names no service at all.'
      : `It names ${[...policy.services.keys()].slice(0, 20).join(', ')}.`,
  )
}
