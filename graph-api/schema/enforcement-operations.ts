import { callId, evidenceParameters, policiesParameters } from './enforcement.ts'
import type { Operation } from './operation.ts'
import { windowParameters } from './parameters.ts'

/** What is enforced, and what speaks for it. */
export const ENFORCEMENT_OPERATIONS: readonly Operation[] = [
  {
    path: '/api/v1/enforcement',
    method: 'get',
    summary: 'Every feature that the policy names, with what is in force of it and what it said and did.',
    query: windowParameters,
    answer: { 'application/json': 'Enforcement' },
  },
  {
    path: '/api/v1/evidence',
    method: 'get',
    summary:
      'What one feature said under the settings in force, its cohorts, and what the next step waits for.',
    query: evidenceParameters,
    answer: { 'application/json': 'Evidence' },
  },
  {
    path: '/api/v1/policies',
    method: 'get',
    summary: 'Rules of authorization with the recorded calls that fit them, and those that none fits.',
    query: policiesParameters,
    answer: { 'application/json': 'Policies' },
  },
  {
    path: '/api/v1/calls/{call}/why',
    method: 'get',
    summary: 'What every feature said about one call, in words, with line and who set it.',
    names: { call: callId },
    query: windowParameters,
    answer: { 'application/json': 'Why' },
  },
]
