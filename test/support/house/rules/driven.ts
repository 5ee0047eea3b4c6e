import type { House } from '../tree.ts'

/** Every file with code is driven by a test of its own room. */

/**
 * Files and folders that a test of another room drives, and which: glue that only shows in the whole,
 * and what runs in a process or a browser of its own (test/e2e).
 */
const DRIVEN_BY: Readonly<Record<string, string>> = {
  'build/': 'test/e2e/tap-single-file.test.ts',
  'cli/client/': 'test/cli/program.test.ts',
  'cli/command/': 'test/cli/program.test.ts',
  'cli/doctor/machine.ts': 'test/cli/program.test.ts',
  'cli/mesh/mesh.ts': 'test/cli/program.test.ts',
  'cli/print/': 'test/cli/program.test.ts',
  'cli/terminal/': 'test/cli/program.test.ts',
  'collector/http/': 'test/collector/collector.test.ts',
  'collector/ingest/': 'test/collector/collector.test.ts',
  'collector/metrics/': 'test/collector/collector.test.ts',
  'collector/otlp/': 'test/collector/collector.test.ts',
  'dashboards/board/': 'test/dashboards/dashboards.test.ts',
  'dashboards/panel/': 'test/dashboards/dashboards.test.ts',
  'demo/': 'test/e2e/demo.test.ts',
  'net/source/': 'test/net/destination.test.ts',
  'tap-proxy/control/control-families.ts': 'test/tap-proxy/tap-control.test.ts',
  'tap-proxy/identity/describe-identity.ts': 'test/tap-proxy/admin.test.ts',
  'tap-proxy/identity/': 'test/tap-proxy/tap-identity.test.ts',
  'tap-proxy/metrics/': 'test/tap-proxy/tap.test.ts',
  'tap-proxy/process/': 'test/e2e/tap-workers.test.ts',
  'tap-proxy/sink/open-span-sink.ts': 'test/tap-proxy/tap-sinks.test.ts',
  'ui/': 'test/e2e/ui-pages.test.ts',
}

/** Programs that people run by hand: benches and loads. Their parts that compute have tests. */
const BY_HAND = ['loadtest/']

const hasCode = (text: string) => /(^|\n)export (async )?(function|class|const)|\n {2}\w+\(.*\{\n/.test(text)

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1)

export function undriven(house: House): string[] {
  const reached = reachedByTests(house)
  const byOwn = new Set<string>()
  for (const [test, files] of reached) {
    const folder = folderOf(test.replace(/^test\//, ''))
    for (const path of files) if (folderOf(path) === folder) byOwn.add(path)
  }
  return house.sources
    .filter(({ path, text }) => hasCode(text) && !BY_HAND.some((folder) => path.startsWith(folder)))
    .filter(({ path }) => !byOwn.has(path) && !isDrivenElsewhere(path, reached))
    .map(({ path }) => `${path}: no test of its room reaches it`)
}

function isDrivenElsewhere(path: string, reached: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const entry = Object.entries(DRIVEN_BY).find(([place]) => path === place || path.startsWith(place))
  const test = reached.get(entry?.[1] ?? '')
  // A process or a browser is not imported: that its test exists is all that can be seen here.
  return test !== undefined && (entry![1].startsWith('test/e2e/') || test.has(path))
}

/** What each test file imports, directly or through what it imports. */
function reachedByTests({ sources, tests }: House): ReadonlyMap<string, Set<string>> {
  const files = new Map([...sources, ...tests].map((file) => [file.path, file]))
  const reach = (from: string): Set<string> => {
    const seen = new Set<string>()
    const next = [from]
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      if (seen.has(path)) continue
      seen.add(path)
      next.push(...(files.get(path)?.imports ?? []).map(({ target }) => target).filter((it) => files.has(it)))
    }
    return seen
  }
  return new Map(
    tests.filter(({ path }) => /\.test\.tsx?$/.test(path)).map(({ path }) => [path, reach(path)] as const),
  )
}

/** Parsers of heads and of the wire have a test of their own name. */
export function parsersWithoutTest({ sources, tests }: House): string[] {
  const mirrored = new Set(tests.map(({ path }) => path))
  return sources
    .map(({ path }) => path)
    .filter((path) => path.startsWith('wire/http1/re'))
    .filter((path) => !mirrored.has(`test/${path.replace(/\.ts$/, '.test.ts')}`))
}
