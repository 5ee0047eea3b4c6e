import { answers10k } from './measures/answers-10k.ts'
import { backtest } from './measures/backtest.ts'
import { answers1m, requests1m } from './measures/bodies-1m.ts'
import { bundle } from './measures/bundle.ts'
import { collectorFull, collectorRate } from './measures/collector.ts'
import { newConnections, oneConnection, thousandConnections } from './measures/connections.ts'
import { disk } from './measures/disk.ts'
import { embedded } from './measures/embedded.ts'
import { fixedRate } from './measures/fixed-rate.ts'
import { graph } from './measures/graph.ts'
import { idleConnections } from './measures/idle-connections.ts'
import { layout } from './measures/layout.ts'
import { otlpForward } from './measures/otlp-forward.ts'
import { otlpIn } from './measures/otlp-in.ts'
import { policy } from './measures/policy.ts'
import { mutualTls, policyLive } from './measures/policy-live.ts'
import { requests10k } from './measures/requests-10k.ts'
import { routes } from './measures/routes.ts'
import { saturation } from './measures/saturation.ts'
import { start } from './measures/start.ts'
import { uiFrame } from './measures/ui-frame.ts'
import { workers } from './measures/workers.ts'
import type { Measure } from './round/measure.ts'

/** Every measure, in the order in which it runs and stands in the report. */
export const MEASURES: readonly Measure[] = [
  saturation,
  fixedRate,
  answers10k,
  requests10k,
  answers1m,
  requests1m,
  newConnections,
  oneConnection,
  thousandConnections,
  routes,
  workers,
  idleConnections,
  start,
  collectorRate,
  collectorFull,
  otlpIn,
  otlpForward,
  embedded,
  disk,
  graph,
  layout,
  policy,
  policyLive,
  mutualTls,
  backtest,
  bundle,
  uiFrame,
]
