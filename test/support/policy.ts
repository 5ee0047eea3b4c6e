import { readPolicyText } from '../../policy/policy-file.ts'

/** A policy out of the lines below `services:`. */
export function policyText(services: string): string {
  return `version: tapmesh/v1\nmesh: { trustDomain: prod.example }\nservices:\n${services}`
}

export const policyFile = (services: string) => readPolicyText('policy.yaml', policyText(services))
export const policyOf = (services: string) => policyFile(services).policy
