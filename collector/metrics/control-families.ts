import type { Registry } from 'prom-client'
import type { Control } from '../../control/control.ts'
import { registerFamily } from '../../model/metric.ts'

/** Registers what control counts; filled when it is asked for. */
export function registerControl(registry: Registry, control: Control): void {
  const { taps, waiting } = control
  const register = (name: string, type: 'counter' | 'gauge', help: string, value: () => number): void =>
    registerFamily(registry, {
      ...{ name: `tapmesh_collector_config_${name}`, type, help },
      samples: () => [{ labels: {}, value: value() }],
    })
  register('revision', 'gauge', 'Number of the revision that holds; 0 where nothing was ever set.', () =>
    Number(control.revision.split('.')[1]),
  )
  register('bypassed', 'gauge', '1 while everything is switched off by hand.', () =>
    control.bypassed ? 1 : 0,
  )
  register('waiting', 'gauge', 'Taps that wait for the next revision.', () => waiting.size)
  register(
    'waits_refused_total',
    'counter',
    'Taps sent away because as many waited as may.',
    () => waiting.refused,
  )
  register('taps', 'gauge', 'Taps that asked for their configuration or told of it.', () => taps.size)
  register('taps_forgotten_total', 'counter', 'Taps forgotten because of the limit.', () => taps.forgotten)
}
