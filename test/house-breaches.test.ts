import { undriven } from './support/house/rules/driven.ts'
import { impurities } from './support/house/rules/purity.ts'
import { longFunctions } from './support/house/rules/size.ts'
import { deadExports, deadFiles } from './support/house/rules/use.ts'
import { climbs, cycles, homeless } from './support/house/rules/walls.ts'
import { type House, readHouse, withFile } from './support/house/tree.ts'

/** Each rule of the house sees its breach: the real sources with one file written or changed. */

const house = readHouse()

const importing = (path: string, target: string) =>
  withFile(house, path, (before) => `import '${target}'\n${before}`)

const LINES = Array.from({ length: 121 }, (_, at) => `  const line${at} = label`).join('\n')

const BREACHES: readonly [what: string, rule: (house: House) => string[], breach: House, found: string][] = [
  [
    'relay imports gate',
    climbs,
    importing('tap-proxy/relay/caller.ts', '../gate/call-policy.ts'),
    'tap-proxy/relay/caller.ts -> tap-proxy/gate/call-policy.ts: tap-proxy/relay/ does not list tap-proxy/gate/',
  ],
  [
    'ship imports relay',
    climbs,
    importing('tap-proxy/ship/losses.ts', '../relay/counters.ts'),
    'tap-proxy/ship/losses.ts -> tap-proxy/relay/counters.ts: tap-proxy/ship/ does not list tap-proxy/relay/',
  ],
  [
    'query imports route',
    climbs,
    importing('graph-api/query/cursor.ts', '../route/asset.ts'),
    'graph-api/query/cursor.ts -> graph-api/route/asset.ts: graph-api/query/ does not list graph-api/route/',
  ],
  [
    'state of the UI imports pages',
    climbs,
    importing('ui/state/memory.ts', '../pages/curl.ts'),
    'ui/state/memory.ts -> ui/pages/curl.ts: ui/state/ does not list ui/pages/',
  ],
  [
    'state of the UI imports a page lazily',
    climbs,
    withFile(house, 'ui/state/memory.ts', (before) => `${before}\nvoid import('../pages/curl.ts')\n`),
    'ui/state/memory.ts -> ui/pages/curl.ts: ui/state/ does not list ui/pages/',
  ],
  [
    'a component with destructured properties has 125 lines',
    longFunctions,
    withFile(
      house,
      'ui/parts/keys.ts',
      (before) => `${before}
export function LongPart({ label }: {
  label: string
}) {
${LINES}
}
`,
    ),
    'ui/parts/keys.ts LongPart has 125 lines',
  ],
  [
    'an arrow function has 124 lines',
    longFunctions,
    withFile(
      house,
      'ui/parts/keys.ts',
      (before) => `${before}
export const longPart = ({ label }: { label: string }) => {
${LINES}
  return label
}
`,
    ),
    'ui/parts/keys.ts longPart has 124 lines',
  ],
  [
    'a file has no test',
    undriven,
    withFile(house, 'tap-proxy/relay/untested.ts', () => 'export function untested() {\n  return 1\n}\n'),
    'tap-proxy/relay/untested.ts: no test of its room reaches it',
  ],
  [
    'a file is only used by another room',
    undriven,
    withFile(
      withFile(house, 'tap-proxy/relay/untested.ts', () => 'export function untested() {\n  return 1\n}\n'),
      'tap-proxy/tap.ts',
      (before) => `import './relay/untested.ts'\n${before}`,
    ),
    'tap-proxy/relay/untested.ts: no test of its room reaches it',
  ],
  [
    'a folder is not listed',
    homeless,
    withFile(house, 'tap-proxy/relay/fast/lane.ts', () => 'export const LANE = 1\n'),
    'tap-proxy/relay/fast/lane.ts: its folder is not listed in floors.ts',
  ],
  [
    'two files import each other',
    cycles,
    importing('net/pipe.ts', './socket-pipe.ts'),
    'net/pipe.ts -> net/socket-pipe.ts -> net/pipe.ts',
  ],
  [
    'a pure room reads the clock',
    impurities,
    withFile(house, 'wire/put-bytes.ts', (before) => `${before}\nexport const now = () => new Date()\n`),
    'wire/put-bytes.ts uses Date.now',
  ],
  [
    'a pure room reads a file',
    impurities,
    importing('policy/judging/cohort.ts', 'node:fs'),
    'policy/judging/cohort.ts imports node:fs',
  ],
  [
    'a file is used by nobody',
    deadFiles,
    withFile(house, 'net/left-behind.ts', () => 'export const LEFT = 1\n'),
    'net/left-behind.ts',
  ],
  [
    'an export is used by nobody',
    deadExports,
    withFile(house, 'net/ip.ts', (before) => `${before}\nexport const LEFT = 1\n`),
    'net/ip.ts exports LEFT, which nothing uses',
  ],
]

test.each(BREACHES)('%s', (_what, rule, breach, found) => {
  expect(rule(breach)).toEqual([found])
})

test('a local name is no global, and arithmetic with a date no clock', () => {
  const text = 'export const at = (process: string, ms: number) => process + new Date(ms).toISOString()\n'
  expect(impurities(withFile(house, 'wire/at.ts', () => text))).toEqual([])
})
