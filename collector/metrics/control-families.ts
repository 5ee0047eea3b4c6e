import type { Registry } from 'prom-client'
import { registerFamily } from '../../model/metric.ts'
import type { Control } from '../control/control.ts'

/** Registers what control counts; filled when it is asked for. */
export function registerControl(registry: Registry, { taps, waiting }: Control): void {
  const register = (name: string, type: 'counter' | 'gauge', help: string, value: () => number): void =>
    registerFamily(registry, {
      ...{ name: `tapmesh_collector_config_${name}`, type, help },
      samples: () => [{ labels: {}, value: value() }],
    })
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
