import type { Feature } from '../../../model/feature.ts'
import { PASS, type Verdict, verdict } from '../../../policy/feature/feature.ts'
import { moduleOf } from '../../../policy/feature/registry.ts'
import type { Judge } from '../../../policy/judging/engine.ts'
import { Judging, type JudgingHost, NEXT, type Step } from '../../../policy/judging/judging.ts'
import { call } from '../../support/judge.ts'

/** A step that notes what it is asked, and says what it is told to. */
function stepOf(feature: Feature, log: string[], said: Verdict | Error = PASS): Step {
  const judge: Judge = {
    ...{ feature, mode: 'dry-run', percent: 100, byDefault: false, compiled: undefined },
    module: moduleOf(feature),
    decide() {
      log.push(`${feature}?`)
      if (said instanceof Error) throw said
      return said
    },
    ended: () => void log.push(`${feature}.`),
  }
  return { judge, state: undefined }
}

interface Host extends JudgingHost<Step> {
  faults: unknown[]
}

function hostOf(heard: (step: Step) => number = () => NEXT.asSaid): Host {
  const faults: unknown[] = []
  return { heard, fault: (error) => void faults.push(error), faults }
}

const DENY = verdict('deny', 'rule', '')
const DIVERT = verdict('divert', 'rule', '')
const all = (log: string[], change: Partial<Record<Feature, Verdict | Error>> = {}) =>
  (['timeouts', 'connectionPool', 'retries', 'outlierDetection', 'authorization', 'mtls'] as const).map(
    (feature) => stepOf(feature, log, change[feature]),
  )

function run(steps: readonly Step[], host: Host = hostOf()): Host {
  const judging = new Judging(steps)
  const one = call()
  const progress = judging.start(one, 1, host)
  judging.end(one, 2, judging.answered(one, 2, progress, host), host)
  return host
}

test('steps are asked in the order of a call, and hear of its end; what was asked at the answer is not asked again', () => {
  const log: string[] = []
  run(all(log))
  expect(log.join(' ')).toBe(
    'mtls? authorization? outlierDetection? connectionPool? retries? mtls. authorization. outlierDetection. connectionPool. timeouts?',
  )
})

test('a verdict that nobody acts on stops nothing, and who would not have let the call in hears no end', () => {
  const log: string[] = []
  run(all(log, { authorization: DENY, outlierDetection: DIVERT }))
  expect(log.join(' ')).toBe(
    'mtls? authorization? outlierDetection? connectionPool? retries? mtls. connectionPool. timeouts?',
  )
})

test('once a call is refused nobody else is asked, now or at its end', () => {
  const log: string[] = []
  const refusing = hostOf(({ judge }) => (judge.feature === 'outlierDetection' ? NEXT.refused : NEXT.asSaid))
  run(all(log), refusing)
  expect(log.join(' ')).toBe('mtls? authorization? outlierDetection? mtls. authorization.')
})

test.each([
  [NEXT.sent, 1],
  [NEXT.moved, 2],
])('a call that is sent in spite of a verdict (%d) is told to who gave it', (next, asked) => {
  const log: string[] = []
  const host = hostOf(({ judge }) => (judge.feature === 'outlierDetection' ? next : NEXT.asSaid))
  run([stepOf('outlierDetection', log, DIVERT)], host)
  expect(log).toEqual([...Array.from({ length: asked }, () => 'outlierDetection?'), 'outlierDetection.'])
})

test('a step that throws costs its own verdict, and the others are asked all the same', () => {
  const log: string[] = []
  const fault = new Error('judged badly')
  const { faults } = run(all(log, { authorization: fault, retries: fault, timeouts: fault }))
  expect(faults).toEqual([fault, fault, fault])
  expect(log).toContain('connectionPool.')
  expect(log).not.toContain('authorization.')
})

test('a verdict that ended the call stands for what its step would have said', () => {
  const log: string[] = []
  const heard: Verdict[] = []
  const cut = verdict('cut', 'request', '')
  const host: Host = {
    ...hostOf(),
    settled: () => cut,
    heard: (_step, _place, found) => heard.push(found),
  }
  run([stepOf('timeouts', log)], host)
  expect([log, heard]).toEqual([[], [cut]])
})
