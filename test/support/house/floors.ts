/**
 * The floors of the house, lowest first; docs/architecture.md draws them and a test compares the two.
 * A file imports from its own room, from `model/`, and from the rooms that its own room lists here. A
 * room lists rooms above it in this file only, so no two rooms import each other.
 */
export interface Room {
  /** A folder, without the folders in it that are rooms themselves; or one file that is a door of its folder. */
  name: string
  /** The row of the drawing it belongs to. */
  wing: string
  floor: number
  may: readonly string[]
}

type Wing = readonly [name: string, rooms: Readonly<Record<string, string>>]

/** Rooms by floor and wing. A wing imports from wings of lower floors only. */
const FLOORS: readonly (readonly Wing[])[] = [
  [['model/', { 'model/': '' }]],
  [
    ['wire/', { 'wire/': '', 'wire/http1/': 'wire/' }],
    ['document/', { 'document/': '' }],
    ['identity/', { 'identity/': '' }],
    ['net/', { 'net/': '', 'net/source/': 'net/' }],
    ['store/', { 'store/': '' }],
    ['export/', { 'export/otlp/': '' }],
    ['picture/', { 'picture/': '', 'picture/find/': 'picture/', 'picture/export/': 'picture/' }],
    ['graph-api/contract.ts', { 'graph-api/contract.ts': '' }],
  ],
  [
    [
      'protocol/',
      {
        'protocol/route/': '',
        'protocol/': 'protocol/route/ wire/',
        'protocol/http1/': 'protocol/ wire/ wire/http1/',
        'protocol/http1.ts': 'protocol/ protocol/http1/',
        'protocol/list.ts': 'protocol/ protocol/http1.ts',
      },
    ],
    [
      'policy/',
      {
        'policy/feature/': '',
        'policy/judging/': 'policy/feature/',
        'policy/': 'policy/feature/ document/',
      },
    ],
    ['cli/self-trace/', { 'cli/self-trace/': 'store/' }],
    [
      'ui/',
      {
        'ui/state/': 'picture/ picture/find/',
        'ui/data/': 'ui/state/ graph-api/contract.ts',
        'ui/parts/': 'ui/state/ ui/data/ graph-api/contract.ts picture/',
        'ui/panels/': 'ui/state/ ui/data/ ui/parts/ graph-api/contract.ts picture/',
        'ui/find/': 'ui/state/ picture/ picture/find/',
        'ui/replay/': 'ui/state/ ui/data/ ui/parts/ graph-api/contract.ts picture/',
        'ui/map/':
          'ui/state/ ui/data/ ui/parts/ ui/find/ ui/replay/ graph-api/contract.ts picture/ picture/find/',
        'ui/share/': 'ui/state/ ui/parts/ ui/map/ picture/ picture/export/',
        'ui/enforce/': 'ui/state/ ui/data/ ui/parts/ ui/panels/ graph-api/contract.ts picture/',
        'ui/pages/':
          'ui/state/ ui/data/ ui/parts/ ui/panels/ ui/find/ ui/replay/ ui/map/ ui/share/ ui/enforce/ graph-api/contract.ts picture/',
        'ui/': 'ui/state/ ui/data/ ui/parts/ ui/replay/ ui/map/ ui/pages/ picture/',
      },
    ],
  ],
  [
    [
      'control/',
      {
        'control/identity/': 'identity/',
        'control/': 'store/ document/ policy/',
      },
    ],
    [
      'tap-proxy/',
      {
        'tap-proxy/settings.ts': 'net/ export/otlp/',
        'tap-proxy/config/': 'tap-proxy/settings.ts net/ document/ export/otlp/ wire/http1/',
        'tap-proxy/identity/': 'tap-proxy/settings.ts tap-proxy/config/ identity/ net/ wire/',
        'tap-proxy/relay/': 'tap-proxy/settings.ts net/ protocol/ protocol/list.ts wire/ wire/http1/',
        'tap-proxy/terminate/': 'tap-proxy/relay/ net/ protocol/ protocol/http1/ wire/ wire/http1/',
        'tap-proxy/listen/':
          'tap-proxy/settings.ts tap-proxy/relay/ tap-proxy/terminate/ net/ protocol/ wire/',
        'tap-proxy/gate/':
          'tap-proxy/settings.ts tap-proxy/relay/ net/ protocol/ policy/feature/ policy/judging/',
        'tap-proxy/control/': 'net/ document/ policy/',
        'tap-proxy/sink/': 'protocol/ protocol/route/ export/otlp/',
        'tap-proxy/ship/': 'tap-proxy/sink/ net/ protocol/ protocol/route/',
        'tap-proxy/metrics/': 'tap-proxy/relay/ tap-proxy/sink/ tap-proxy/ship/ export/otlp/ wire/http1/',
        'tap-proxy/':
          'tap-proxy/settings.ts tap-proxy/identity/ tap-proxy/relay/ tap-proxy/listen/ tap-proxy/gate/ tap-proxy/control/ tap-proxy/sink/ tap-proxy/ship/ tap-proxy/metrics/ net/ net/source/ protocol/',
        'tap-proxy/process/':
          'tap-proxy/settings.ts tap-proxy/config/ tap-proxy/identity/ tap-proxy/control/ tap-proxy/sink/ tap-proxy/metrics/ tap-proxy/ net/ policy/judging/',
        'tap-proxy/run.ts':
          'tap-proxy/settings.ts tap-proxy/config/ tap-proxy/sink/ tap-proxy/ tap-proxy/process/ net/',
        'tap-proxy/main.ts': 'tap-proxy/run.ts',
      },
    ],
  ],
  [
    [
      'collector/',
      {
        'collector/http/': '',
        'collector/ingest/accepted.ts': '',
        'collector/forward/': 'collector/ingest/accepted.ts export/otlp/',
        'collector/metrics/': 'collector/ingest/accepted.ts control/ export/otlp/',
        'collector/ingest/': 'collector/http/ collector/ingest/accepted.ts collector/metrics/ store/',
        'collector/otlp/':
          'collector/http/ collector/ingest/accepted.ts collector/metrics/ collector/ingest/',
        'collector/':
          'collector/http/ collector/ingest/accepted.ts collector/forward/ collector/metrics/ collector/ingest/ collector/otlp/ control/ control/identity/ store/ export/otlp/',
      },
    ],
    [
      'graph-api/',
      {
        'graph-api/schema/': 'graph-api/contract.ts control/ document/ picture/ picture/find/',
        'graph-api/query/': 'graph-api/contract.ts graph-api/schema/ control/ store/',
        'graph-api/enrich/': 'graph-api/query/',
        'graph-api/trace/': 'graph-api/contract.ts graph-api/query/',
        'graph-api/backtest/':
          'graph-api/contract.ts graph-api/query/ control/ store/ policy/feature/ policy/judging/',
        'graph-api/enforcement/':
          'graph-api/query/ graph-api/backtest/ control/ store/ policy/ policy/feature/ policy/judging/',
        'graph-api/answer/':
          'graph-api/contract.ts graph-api/query/ graph-api/enrich/ graph-api/trace/ store/',
        'graph-api/route/':
          'graph-api/contract.ts graph-api/schema/ graph-api/query/ graph-api/trace/ graph-api/backtest/ graph-api/enforcement/ graph-api/answer/ control/ store/ policy/ picture/ picture/find/ picture/export/',
        'graph-api/':
          'graph-api/contract.ts graph-api/schema/ graph-api/query/ graph-api/enforcement/ graph-api/answer/ graph-api/route/ control/ store/',
      },
    ],
    [
      'dashboards/',
      {
        'dashboards/question/': 'tap-proxy/sink/',
        'dashboards/board/': 'dashboards/question/',
        'dashboards/panel/': 'dashboards/question/',
        'dashboards/': 'dashboards/question/ dashboards/board/ dashboards/panel/ tap-proxy/sink/',
      },
    ],
    [
      'cli/client/',
      { 'cli/client/': 'graph-api/contract.ts tap-proxy/ tap-proxy/identity/ tap-proxy/settings.ts' },
    ],
  ],
  [
    [
      'cli/mesh/',
      {
        'cli/mesh/':
          'cli/self-trace/ collector/ control/ control/identity/ graph-api/ graph-api/backtest/ tap-proxy/config/ store/ document/ export/otlp/',
      },
    ],
    [
      'loadtest/',
      {
        'loadtest/load/': '',
        'loadtest/k6/': 'loadtest/load/',
        'loadtest/bench/process/': '',
        'loadtest/bench/traffic/': '',
        'loadtest/bench/round/': 'loadtest/bench/process/',
        'loadtest/bench/peer/program/': '',
        'loadtest/bench/peer/': 'loadtest/bench/process/ loadtest/bench/round/',
        'loadtest/bench/load/program/': 'loadtest/bench/round/',
        'loadtest/bench/load/': 'loadtest/bench/process/ loadtest/bench/round/ loadtest/bench/peer/',
        'loadtest/bench/compare/':
          'loadtest/bench/process/ loadtest/bench/round/ loadtest/bench/peer/ loadtest/bench/load/',
        'loadtest/bench/program/':
          'loadtest/bench/process/ loadtest/bench/traffic/ loadtest/bench/round/ graph-api/answer/ graph-api/backtest/ store/ export/otlp/ picture/ policy/ policy/feature/ policy/judging/',
        'loadtest/bench/measures/':
          'loadtest/bench/process/ loadtest/bench/traffic/ loadtest/bench/round/ loadtest/bench/peer/ loadtest/bench/load/ loadtest/bench/compare/',
        'loadtest/bench/': 'loadtest/bench/process/ loadtest/bench/round/ loadtest/bench/measures/',
      },
    ],
  ],
  [
    ['demo/', { 'demo/': 'cli/client/ cli/mesh/ graph-api/contract.ts' }],
    ['build/', { 'build/': 'cli/mesh/ dashboards/ policy/ policy/feature/' }],
  ],
  [
    [
      'cli/',
      {
        'cli/terminal/': 'cli/client/',
        'cli/mcp/': 'cli/client/ graph-api/contract.ts',
        'cli/print/': 'cli/terminal/ graph-api/contract.ts policy/',
        'cli/doctor/': 'cli/print/ cli/mesh/ graph-api/contract.ts',
        'cli/command/':
          'cli/terminal/ cli/mcp/ cli/print/ cli/doctor/ cli/client/ cli/mesh/ cli/self-trace/ demo/ graph-api/contract.ts control/ dashboards/ tap-proxy/settings.ts tap-proxy/config/ tap-proxy/identity/ tap-proxy/ tap-proxy/main.ts policy/ document/ export/otlp/',
        'cli/': 'cli/terminal/ cli/command/ build/',
      },
    ],
  ],
]

export const ROOMS: readonly Room[] = FLOORS.flatMap((wings, floor) =>
  wings.flatMap(([wing, rooms]) =>
    Object.entries(rooms).map(([name, may]) => ({
      name,
      wing,
      floor,
      may: may.split(' ').filter((other) => other !== ''),
    })),
  ),
)

/** The folders that hold rooms, and so all sources of the product. */
export const FOLDERS = [...new Set(ROOMS.map(({ name }) => name.split('/')[0]!))]

/** The room with the longest name that fits, so that a door comes before its folder. */
export function roomOf(path: string): Room | undefined {
  const fitting = ROOMS.filter(({ name }) => path === name || (name.endsWith('/') && path.startsWith(name)))
  return fitting.reduce<Room | undefined>(
    (best, room) => (best && best.name.length >= room.name.length ? best : room),
    undefined,
  )
}

/** Rooms without sockets, files, timers, randomness or a clock: time and bytes come in as arguments. */
export const PURE_WINGS = ['model/', 'wire/', 'protocol/', 'picture/', 'graph-api/contract.ts']
/** `policy/` itself reads the policy's file; what judges does not. */
export const PURE_ROOMS = ['policy/feature/', 'policy/judging/']
