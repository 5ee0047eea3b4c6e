import type { House } from '../tree.ts'

/** Rules about length. */

const FILE_LINES_MAX = 400
const MEDIAN_LINES_MAX = 130
const FUNCTION_LINES_MAX = 70

/** Files that are one thing although they are longer, and why. */
const WHOLE: Readonly<Record<string, string>> = {
  'protocol/http1/decoder.ts':
    'both directions of one connection, each of which decides what the other means',
  'tap-proxy/relay/passthrough.ts': 'the life of one connection, both of its ends in step',
  'tap-proxy/terminate/client.ts': 'the states of one client connection',
  'tap-proxy/terminate/exchange.ts': 'the states of one call on its way and back',
}

export function longFiles({ sources, tests }: House): string[] {
  return [...sources, ...tests]
    .filter(({ path, lines }) => lines.length > FILE_LINES_MAX && !(path in WHOLE))
    .map(({ path, lines }) => `${path} has ${lines.length} lines`)
}

export function longMedian({ sources }: House): string[] {
  const sizes = sources.map(({ lines }) => lines.length).sort((left, right) => left - right)
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0
  return median > MEDIAN_LINES_MAX ? [`half of the files have more than ${median} lines`] : []
}

export function longFunctions({ sources }: House): string[] {
  return sources.flatMap(({ path, functions }) =>
    functions
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
      .map(({ name, lines }) => `${path} ${name} has ${lines} lines`),
  )
}
