import type { Reading, Results } from '../../../../loadtest/bench/round/measure.ts'

/** Results of one measure as a run would keep them, for the tests of targets and report. */
export function resultsOf(measure: string, readings: Reading[], more: Partial<Results> = {}): Results {
  return {
    measure,
    title: `Title of ${measure}`,
    explanation: 'What it is.',
    date: '2026-01-02 03:04',
    options: { names: [], rounds: 3, seconds: 4, quick: false, full: false, peers: [] },
    machine: { processor: 'Some CPU', cores: 2, kernel: '6.1', memory_gib: 24, node: '24.0.0' },
    weather: { stolen_share: 0.05, load_before: 0.2 },
    versions: { nginx: '1.22.1' },
    commands: ['wrk -c 64', 'wrk -c 64'],
    skipped: [],
    readings,
    ...more,
  }
}
