import fc from 'fast-check'
import type { Graph, GraphEdge } from '../../../model/graph.ts'
import { CSV_COLUMNS, csvCell, csvOf } from '../../../picture/export/csv.ts'
import { dotOf } from '../../../picture/export/dot.ts'
import { mermaidOf } from '../../../picture/export/mermaid.ts'

const signals = {
  calls: 1,
  errors: 0,
  client_errors: 0,
  rate: 1,
  error_rate: 0,
  p50_us: 1,
  p95_us: 1,
  p99_us: 1,
}

function graphOf(source: string, destination: string): Graph {
  const edge: GraphEdge = {
    source,
    destination,
    protocol: 'http',
    reporter: 'server',
    source_evidence: 'trace',
    ...signals,
    request_bytes: 0,
    response_bytes: 0,
    ttfb_p50_us: 0,
    other_side_calls: 0,
    traced: 0,
    health: 'ok',
  }
  return {
    window: { from: '', to: '', seconds: 1, covered_seconds: 1 },
    nodes: [...new Set([source, destination])].map((id) => ({
      id,
      kind: 'service',
      zones: [],
      versions: [],
      tapped: true,
      ...signals,
      health: 'ok',
    })),
    edges: [edge],
    coverage: { calls: 1, taps: 0, lost: 0, quarantined: 0, named_callers: 1, both_sides: 0, freshness_s: 0 },
  }
}

const EVIL = 'a"];evil[label="x|\\"<b>\n=1+1'

test('a name never ends its string in DOT', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (source, destination) => {
      const lines = dotOf(graphOf(source, destination)).split('\n')
      for (const line of lines.slice(2, -2)) {
        const outside = line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
        expect(outside).toMatch(/^ {2}""( -> "" \[label="", style=solid\]| \[shape=box, style=solid\]);$/)
      }
    }),
  )
})

test('a name is only ever a quoted label in Mermaid', () => {
  const text = mermaidOf(graphOf(EVIL, 'b'))
  expect(text.split('\n')[1]).toBe(
    '  n0["a#34;#93;#59;evil#91;label#61;#34;x#124;#92;#34;#60;b#62;#10;#61;1#43;1"]',
  )
  for (const line of text.split('\n').slice(1, -1)) {
    expect(line).toMatch(/^ {2}n\d+(\["[^"\n]*"\]| -->\|"[^"\n]*"\| n\d+)$/)
  }
})

/** Reads CSV as RFC 4180 says. */
function parseCsv(text: string): string[][] {
  return [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)].reduce<string[][]>(
    (rows, [, quoted, plain, end]) => {
      rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
      if (end === '\r\n') rows.push([])
      return rows
    },
    [[]],
  )
}

test('CSV comes back as it went, save what a spreadsheet would run', () => {
  const [header, row] = parseCsv(csvOf(graphOf('a "quoted", name\r\nwith lines', '=cmd|calc')))
  expect(header).toEqual([...CSV_COLUMNS])
  expect(row!.slice(0, 2)).toEqual(['a "quoted", name\r\nwith lines', "'=cmd|calc"])
  expect(row).toHaveLength(CSV_COLUMNS.length)
})

test.each(['=1', '+1', '-1', '@x', '\tx', '\rx'])('%j is not left as a formula', (text) => {
  expect(csvCell(text).replace(/^"/, '')).toMatch(/^'/)
})

test('numbers stay numbers', () => expect(csvCell(-1.5)).toBe('-1.5'))
