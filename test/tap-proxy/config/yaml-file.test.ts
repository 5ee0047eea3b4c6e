import fc from 'fast-check'
import { describeError } from '../../../model/error.ts'
import { readYamlFile, readYamlText } from '../../../tap-proxy/config/yaml-file.ts'

const told = (text: string) => {
  const read = readYamlText('tap.yaml', text)
  return 'mistakes' in read ? read.mistakes.map(describeError) : read.document
}
const good = 'service: orders\ninbound:\n  - listen: 8080\n    to: 127.0.0.1:3000\n'

describe('readYamlText', () => {
  test('reads a whole document', () => {
    expect(
      told(`${good}outbound:
  - { listen: 9001, service: recommendation, to: [10.0.0.5:80, rec:80], zone: eu-2 }
forwardProxy: [{ listen: 15001, allow: ['*.example.com'] }]
collector: { url: http://127.0.0.1:7401, tokenFile: /run/token, buffer: 16MiB, flush: 500ms }
otlp: { endpoint: http://127.0.0.1:4318, sample: 0.5 }
control: { enabled: true, stateDir: /var/lib/tap, bypassFile: /run/bypass }
accessLog: { format: json }
limits: { headBytes: 32KiB, idle: 5m, routes: 10 }
callers: { 10.0.0.0/24: web }
grace: 3s
`),
    ).toMatchObject({
      inbound: [{ to: [{ host: '127.0.0.1', port: 3000 }] }],
      outbound: [{ to: [{ host: '10.0.0.5' }, { host: 'rec' }] }],
      collector: { buffer: 16_777_216, flush: 500 },
      otlp: { endpoint: 'http://127.0.0.1:4318', sample: 0.5 },
      control: { enabled: true, stateDir: '/var/lib/tap', bypassFile: '/run/bypass' },
      limits: { head_bytes_max: 32_768, idle_ms: 300_000, routes_max: 10 },
      grace: 3000,
    })
  })

  test('all mistakes in one run, each with line, column, key and a hint', () => {
    expect(
      told(
        'servcie: orders\ninbound:\n  - listen: nope\n    to: 127.0.0.1:3000\n    untoched: true\ngrace: soon\nlimits:\n  headFields: 0\n',
      ),
    ).toEqual([
      expect.stringMatching(/^tap.yaml:1:1: service: this key is needed here \(TAPMESH_CONFIG_INVALID\)/),
      expect.stringMatching(/^tap.yaml:3:5: inbound\[0\].listen: "nope" is not an address like 8080/),
      expect.stringMatching(
        /^tap.yaml:5:5: unknown key inbound\[0\].untoched .*\n {2}Did you mean untouched\?/,
      ),
      expect.stringMatching(/^tap.yaml:8:3: limits.headFields: /),
      expect.stringMatching(/^tap.yaml:6:1: grace: "soon" is not a duration like/),
      expect.stringMatching(/^tap.yaml:1:1: unknown key servcie .*\n {2}Did you mean service\?/),
    ])
  })

  test.each([
    ['a: [1', /^tap.yaml:1:\d+: .*TAPMESH_CONFIG_SYNTAX/],
    ['a: 1\na: 2', /^tap.yaml:2:1: .*unique.*TAPMESH_CONFIG_SYNTAX/],
    ['[1, 2]', /no mapping/],
    ['', /service/],
    [`${good}__proto__: { a: 1 }`, /unknown key __proto__/],
    [`${good}constructor: 1`, /unknown key constructor/],
    [`${good}admin: { host: 0.0.0.0 }`, /tap.yaml:5:10: admin.host: the admin port would be open/],
    ['['.repeat(100_000), /TAPMESH_CONFIG_TOO_LARGE/],
    [`${'- '.repeat(20_000)}a`, /TAPMESH_CONFIG/],
    [
      `a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(30)}]\nc: &c [${'*b,'.repeat(30)}]\nd: [${'*c,'.repeat(30)}]`,
      /TAPMESH_CONFIG_TOO_LARGE/,
    ],
  ])('%.30s', (text, wanted) => expect(String(told(text))).toMatch(wanted))

  test('no text crashes it or reaches a prototype', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => good + text),
        ),
        (text) => {
          expect(Array.isArray(told(text)) || typeof told(text) === 'object').toBe(true)
        },
      ),
    )
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })
})

test('a file that is not there or too large is named', async () => {
  const read = await readYamlFile('/nonexistent/tap.yaml')
  expect('mistakes' in read && describeError(read.mistakes[0])).toMatch(
    /nonexistent\/tap.yaml: cannot be read: ENOENT \(TAPMESH_CONFIG_UNREADABLE\)/,
  )
  const large = readYamlText('tap.yaml', undefined)
  expect('mistakes' in large && large.mistakes[0]?.code).toBe('TAPMESH_CONFIG_TOO_LARGE')
})
