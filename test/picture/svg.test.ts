import fc from 'fast-check'
import { escapeXml, svgOf } from '../../picture/svg.ts'
import { graphOf, shop } from '../support/fake-graph.ts'

const graphWith = (name: string) => {
  const shape = { services: [{ ...shop().services[2]!, id: name }], links: [] }
  return graphOf(shape, new Date(0), new Date(300_000))
}

/** Names of elements and attributes that a document opens, read without an XML library. */
const tagsOf = (svg: string) =>
  [...new Set([...svg.matchAll(/<\/?([a-zA-Z!?][\w-]*)/g)].map((match) => match[1]))].sort()

test('draws every service and edge with its name, in both themes', () => {
  const graph = graphOf(shop(), new Date(0), new Date(300_000))
  for (const theme of ['light', 'dark'] as const) {
    const svg = svgOf(graph, { theme })
    for (const node of graph.nodes) expect(svg).toContain(`>${node.id}</text>`)
    expect(svg.match(/<title>\S+ calls /g)).toHaveLength(graph.edges.length)
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true)
  }
})

test('no name can open an element or leave an attribute', () => {
  const plain = tagsOf(svgOf(graphWith('plain')))
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
      expect(tagsOf(svgOf(graphWith(name)))).toEqual(plain)
    }),
    { numRuns: 40 },
  )
  expect(svgOf(graphWith('<script>alert(1)</script>'))).not.toContain('<script')
})

test('characters that XML forbids are replaced', () => {
  expect(escapeXml('a\u0000b\ud800c<&>"\'')).toBe('a?b?c&lt;&amp;&gt;&quot;&#39;')
  expect(escapeXml('ok 😀')).toBe('ok 😀')
})

test('an empty graph says so', () => {
  const graph = { ...graphWith('x'), nodes: [], edges: [] }
  expect(svgOf(graph)).toContain('No calls in this window')
})
