import { POLICY_TARGETS } from './policy-targets.ts'
import type { Reading, Results } from './round/measure.ts'
import { median, ratios, type Spread, spread } from './round/statistics.ts'
import type { Target } from './target.ts'

/** What tapmesh promises of its own cost, and whether the readings keep it. */

const cpu = { quantity: 'cpu_us_per_call', subject: 'tap', bound: '<=' } as const
const full = { ...cpu, measure: 'saturation' } as const

export const TARGETS: readonly Target[] = [
  {
    ...full,
    text: 'CPU per call at full load, against nginx with access log',
    against: { subject: 'nginx' },
    must: 0.9,
    aim: 0.8,
    reason:
      'Four fifths of the tap’s CPU is the kernel’s, for the same four system calls nginx makes. Side by side by hand it was 0.94 of nginx without a collector and 0.98 with one that answers at once; here the collector starves on the load’s core, and the backlog is compressed and kept besides.',
  },
  {
    ...full,
    text: 'the same against Envoy with access log and request id',
    against: { subject: 'envoy' },
    must: 0.24,
    aim: 0.2,
  },
  {
    measure: 'saturation',
    subject: 'tap',
    quantity: 'p99_us',
    text: 'p99 at full load, against nginx',
    against: { subject: 'nginx' },
    bound: '<=',
    must: 1.3,
  },
  {
    ...full,
    text: 'the same against HAProxy with httplog to a ring',
    against: { subject: 'haproxy' },
    must: 1.1,
    aim: 0.9,
  },
  {
    ...full,
    text: 'the same against HAProxy in TCP mode',
    against: { subject: 'haproxy-tcp' },
    must: 1.5,
    aim: 1.2,
    reason:
      'It copies bytes and parses, times and records nothing; the C++ to JavaScript crossings alone cost the tap more than its whole user time.',
  },
  {
    ...full,
    text: 'the same against a node:http proxy',
    against: { subject: 'node-http' },
    must: 0.25,
    aim: 0.18,
  },
  {
    ...cpu,
    measure: 'fixed-rate',
    text: 'CPU per call at 5,000 calls/s, against nginx',
    against: { subject: 'nginx' },
    must: 1.0,
    aim: 0.95,
    reason:
      'Inferred, not profiled: at this rate each call wakes the process by itself, and a turn of the event loop is dearer in Node than in nginx.',
  },
  {
    ...cpu,
    measure: 'answers-10k',
    text: 'CPU per call, 10 KB answers, against nginx',
    against: { subject: 'nginx' },
    must: 0.85,
    aim: 0.75,
  },
  {
    text: '1 MB answers, bytes per CPU second, against nginx',
    measure: 'answers-1m',
    subject: 'tap',
    quantity: 'body_bytes_per_cpu_us',
    against: { subject: 'nginx' },
    bound: '>=',
    must: 1.0,
    aim: 1.2,
  },
  {
    text: '1 MB request bodies, bytes per CPU second, against nginx',
    measure: 'requests-1m',
    subject: 'tap',
    quantity: 'body_bytes_per_cpu_us',
    against: { subject: 'nginx' },
    bound: '>=',
    must: 1.0,
    aim: 1.2,
  },
  {
    text: 'added latency p50 at 5,000 calls/s, against nginx',
    measure: 'fixed-rate',
    subject: 'tap',
    quantity: 'added_p50_us',
    against: { subject: 'nginx' },
    bound: '<=',
    must: 1.0,
  },
  {
    text: 'added latency p99 at 5,000 calls/s, against nginx',
    measure: 'fixed-rate',
    subject: 'tap',
    quantity: 'added_p99_us',
    against: { subject: 'nginx' },
    bound: '<=',
    must: 1.2,
    reason:
      'Not known. The p99 of short runs on this shared machine spreads so far, for nginx too, that no ratio of it can be trusted.',
  },
  {
    text: 'a new connection for every call, CPU, against nginx that keeps none to the backend',
    ...cpu,
    measure: 'new-connections',
    against: { subject: 'nginx-unpooled' },
    must: 1.6,
  },
  {
    text: 'two workers, CPU per call against one process',
    ...cpu,
    measure: 'workers',
    subject: 'tap-workers',
    against: { subject: 'tap' },
    must: 1.05,
  },
  {
    text: 'private memory of the tap, 64 busy connections, with a collector',
    measure: 'saturation',
    subject: 'tap',
    quantity: 'private_mib',
    bound: '<=',
    must: 32,
    unit: 'MiB',
  },
  {
    text: 'private memory for each idle passive connection at 10,000, both ends',
    measure: 'idle-connections',
    subject: 'tap',
    quantity: 'kib_per_connection',
    bound: '<=',
    must: 3,
    unit: 'KiB',
  },
  {
    text: 'tap, start to first answered call',
    measure: 'start',
    subject: 'tap',
    quantity: 'start_ms',
    bound: '<=',
    must: 90,
    unit: 'ms',
  },
  {
    text: 'collector, CPU per stored call at 10,000 calls/s',
    measure: 'collector-rate',
    subject: 'collector',
    quantity: 'cpu_us_per_call',
    bound: '<=',
    must: 8,
    calibrated: true,
    unit: 'µs',
    reason:
      'About half is the engine’s work on seven tables and their views, a quarter checking and writing the block. Rounds of one run spread from 5 to 15 µs with the machine’s load.',
  },
  {
    text: 'OTLP in, spans stored per second of one core',
    measure: 'otlp-in',
    subject: 'collector',
    quantity: 'spans_per_core_s',
    bound: '>=',
    must: 20_000,
  },
  {
    text: 'forwarding 1 % of calls as spans, CPU of a hundredth of a span against a call of the tap',
    measure: 'otlp-forward',
    subject: 'one span',
    quantity: 'cpu_us_per_call',
    against: { subject: 'tap' },
    bound: '<=',
    must: 0.03,
  },
  {
    text: 'bytes on disk per call after merges, demo-like traffic',
    measure: 'disk',
    subject: 'calls',
    quantity: 'bytes_per_call',
    bound: '<=',
    must: 60,
    aim: 45,
    unit: 'B',
  },
  {
    text: 'embedded collector and API, resident memory under 5,000 calls/s',
    measure: 'embedded',
    subject: 'tapmesh up',
    quantity: 'busy_resident_mib',
    bound: '<=',
    must: 500,
    aim: 350,
    unit: 'MiB',
  },
  {
    text: 'embedded collector and API, CPU when idle, percent of a core',
    measure: 'embedded',
    subject: 'tapmesh up',
    quantity: 'idle_core_percent',
    bound: '<=',
    must: 2,
    aim: 1,
    unit: '%',
  },
  {
    text: 'service graph of 200 edges at 50 million calls, last 15 min, CPU',
    measure: 'graph',
    subject: '50M last 15 min',
    quantity: 'cpu_ms',
    bound: '<=',
    must: 60,
    aim: 25,
    unit: 'ms',
  },
  {
    text: 'service graph of 200 edges at 50 million calls, 7 days, CPU',
    measure: 'graph',
    subject: '50M 7 days',
    quantity: 'cpu_ms',
    bound: '<=',
    must: 150,
    aim: 80,
    unit: 'ms',
  },
  {
    text: 'map layout, 500 services and 2,000 edges, CPU',
    measure: 'layout',
    subject: 'layout',
    quantity: 'cpu_ms',
    bound: '<=',
    must: 60,
    unit: 'ms',
  },
  {
    text: 'map layout, movement when an edge appears',
    measure: 'layout',
    subject: 'layout',
    quantity: 'movement_px',
    bound: '<=',
    must: 0,
    unit: 'px',
  },
  {
    text: 'UI bundle, gzip',
    measure: 'bundle',
    subject: 'ui',
    quantity: 'gzip_kb',
    bound: '<=',
    must: 60,
    unit: 'kB',
  },
  {
    text: 'map in a browser, CPU of a frame while panning, 500 services and 2,000 edges',
    measure: 'ui-frame',
    subject: '500 services',
    quantity: 'pan_cpu_ms_per_frame',
    bound: '<=',
    must: 25,
    unit: 'ms',
  },
  {
    text: 'map in a browser, live updates of 500 services, percent of a core beyond an idle page',
    measure: 'ui-frame',
    subject: '500 services',
    quantity: 'live_core_percent',
    bound: '<=',
    must: 3,
    unit: '%',
  },
  {
    text: 'map of 12 services, from opening the page until it is painted',
    measure: 'ui-frame',
    subject: '12 services',
    quantity: 'first_map_ms',
    bound: '<=',
    must: 1000,
    unit: 'ms',
  },
  {
    text: 'CPU per call with 100,000 distinct paths against one path (must not grow)',
    measure: 'routes',
    subject: 'tap paths=100000',
    quantity: 'cpu_us_per_call',
    against: { subject: 'tap paths=1' },
    bound: '<=',
    must: 1.1,
    aim: 1.0,
    reason:
      'A path seen for the first time is taken apart for its template (about 0.4 µs), and the load generator sends longer paths. The rounds spread widely.',
  },
  {
    ...cpu,
    measure: 'connections-1000',
    text: 'CPU per call with 1,000 connections, against nginx (must not grow faster)',
    against: { subject: 'nginx' },
    must: 1.1,
    aim: 1.0,
  },
  {
    text: 'graph of 7 days at 10 million calls against 1 million (must not grow with history)',
    measure: 'graph',
    subject: '10M 7 days',
    quantity: 'cpu_ms',
    against: { subject: '1M 7 days' },
    bound: '<=',
    must: 1.5,
    aim: 1.2,
  },
  ...POLICY_TARGETS,
]

export type Standing = 'aim' | 'must' | 'missed' | 'unmeasured'

export interface Verdict {
  target: Target
  standing: Standing
  value: Spread | undefined
}

/** What a call of nginx costs at full load on the core that absolute times are meant for, microseconds. */
export const CALIBRATED_CALL_US = 17

/** Absolute times here are multiplied by this: machines differ by a factor of three. 1 while nginx was not measured. */
export function calibration(all: readonly Results[]): number {
  const nginx = find(all, 'saturation', 'nginx', 'cpu_us_per_call')
  return nginx ? CALIBRATED_CALL_US / median(nginx.rounds) : 1
}

/** Holds one target against the readings there are. */
export function judge(target: Target, all: readonly Results[]): Verdict {
  const own = find(all, target.measure, target.subject, target.quantity)
  const { against } = target
  const other = against
    ? find(all, against.measure ?? target.measure, against.subject, against.quantity ?? target.quantity)
    : undefined
  if (!own || (against && !other)) return { target, standing: 'unmeasured', value: undefined }
  const rounds = other ? ratios(own.rounds, other.rounds) : own.rounds
  const scale = target.calibrated ? calibration(all) : 1
  const value = spread(rounds.map((round) => round * scale))
  const holds = (limit: number) => (target.bound === '<=' ? value.median <= limit : value.median >= limit)
  const standing = !holds(target.must) ? 'missed' : holds(target.aim ?? target.must) ? 'aim' : 'must'
  return { target, standing, value }
}

/** The reading of one quantity of one subject, where there is one with at least one round. */
export function find(
  all: readonly Results[],
  measure: string,
  subject: string,
  quantity: string,
): Reading | undefined {
  return all
    .find((results) => results.measure === measure)
    ?.readings.find((one) => one.subject === subject && one.quantity === quantity && one.rounds.length > 0)
}
