import type { MetricFamily, Sample } from '../../model/metric.ts'
import type { VerdictCounts } from './verdict-counts.ts'

/** What /metrics tells of the policy and of how it came here. */
export interface ControlFigures {
  /** Empty where nothing is in force. */
  revision: string
  age_s: number
  ignored: number
  /** Pulls by what became of them. */
  pulls: Readonly<Record<string, number>>
  nacks: number
}

export interface ControlSources {
  /** Undefined where no control is asked. */
  control: () => ControlFigures | undefined
  /** Undefined where no policy was ever in force. */
  verdicts: () => VerdictCounts | undefined
  bypassedBy: () => readonly string[]
}

function verdictSamples(verdicts: VerdictCounts | undefined, wanted: boolean): Sample[] {
  const samples: Sample[] = []
  verdicts?.each((feature, decision, acted, value) => {
    if (acted === wanted && value > 0) samples.push({ labels: { feature, decision }, value })
  })
  return samples
}

export function controlFamilies({ control, verdicts, bypassedBy }: ControlSources): MetricFamily[] {
  const gauge = (name: string, help: string, value: (figures: ControlFigures) => number): MetricFamily => ({
    name,
    help,
    type: name.endsWith('_total') ? 'counter' : 'gauge',
    samples: () => {
      const figures = control()
      return figures === undefined ? [] : [{ labels: {}, value: value(figures) }]
    },
  })
  return [
    {
      name: 'tapmesh_would_total',
      type: 'counter',
      help: 'Verdicts that were only told: dry-run, or the control cohort.',
      samples: () => verdictSamples(verdicts(), false),
    },
    {
      name: 'tapmesh_enforced_total',
      type: 'counter',
      help: 'Verdicts that were acted on.',
      samples: () => verdictSamples(verdicts(), true),
    },
    {
      name: 'tapmesh_bypassed',
      type: 'gauge',
      help: '1 while the kill switch or control bypasses this tap: calls are relayed and not judged.',
      merge: 'max',
      samples: () => [{ labels: {}, value: bypassedBy().length > 0 ? 1 : 0 }],
    },
    {
      name: 'tapmesh_config_revision_info',
      type: 'gauge',
      help: 'Always 1; the label is the revision of the policy in force, empty where none is.',
      samples: () => {
        const figures = control()
        return figures === undefined ? [] : [{ labels: { revision: figures.revision }, value: 1 }]
      },
    },
    gauge(
      'tapmesh_config_age_seconds',
      'Since control last confirmed the policy in force.',
      ({ age_s }) => age_s,
    ),
    {
      name: 'tapmesh_config_pulls_total',
      type: 'counter',
      help: 'Pulls of the policy by what became of them.',
      samples: () =>
        Object.entries(control()?.pulls ?? {}).map(([result, value]) => ({ labels: { result }, value })),
    },
    gauge('tapmesh_config_nacks_total', 'Policies of control that were refused whole.', ({ nacks }) => nacks),
    gauge(
      'tapmesh_features_ignored',
      'Features and fields of the policy in force that this version does not know.',
      ({ ignored }) => ignored,
    ),
  ]
}
