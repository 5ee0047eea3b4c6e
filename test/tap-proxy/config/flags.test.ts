import { flagHelp, parseOutbound, readFlags } from '../../../tap-proxy/config/flags.ts'

const messages = (line: string) =>
  readFlags(line.split(' ').filter(Boolean)).mistakes.map((mistake) => mistake.message)

describe('readFlags', () => {
  test('reads every flag, with a space or an equals sign', () => {
    const { document, mistakes, token } = readFlags(
      (
        '--service orders --listen=8080 --to 127.0.0.1:3000 --to=127.0.0.1:3001,10.0.0.1:80 --outbound 9001=recommendation@10.0.0.5:80 ' +
        '--forward-proxy 15001 --allow api.example.com --zone eu-1 --version 2 --name t --collector http://127.0.0.1:7401 --token abc ' +
        '--admin-port 0 --access-log text --untouched --grace 5s --caller 10.0.0.0/24=web'
      ).split(' '),
    )
    expect(mistakes).toEqual([])
    expect(token).toBe('abc')
    expect(document).toMatchObject({
      service: 'orders',
      zone: 'eu-1',
      version: '2',
      tap: 't',
      grace: 5000,
      inbound: [
        {
          listen: { host: '127.0.0.1', port: 8080 },
          untouched: true,
          protocol: 'http',
          to: [{ port: 3000 }, { port: 3001 }, { host: '10.0.0.1' }],
        },
      ],
      outbound: [{ service: 'recommendation', to: [{ host: '10.0.0.5', port: 80 }] }],
      forwardProxy: [{ allow: ['api.example.com'], listen: { port: 15001 } }],
      collector: { url: 'http://127.0.0.1:7401' },
      admin: { port: 0 },
      accessLog: { format: 'text', file: undefined },
      callers: { '10.0.0.0/24': 'web' },
    })
  })

  test('where spans go; the share is between 0 and 1', () => {
    const otlp = (more: string) =>
      readFlags(`--otlp-endpoint http://127.0.0.1:4318 ${more}`.trim().split(' '))
    expect(otlp('').document.otlp).toEqual({ endpoint: 'http://127.0.0.1:4318', sample: undefined })
    expect(otlp('--otlp-sample .25').document.otlp?.sample).toBe(0.25)
    for (const bad of ['2', '-1', '1e-9', 'x']) {
      expect(otlp(`--otlp-sample=${bad}`).mistakes[0]!.message).toMatch(/--otlp-sample .*: not of the form/)
    }
    expect(messages('--otlp-sample 0.5')).toContain('--otlp-sample needs --otlp-endpoint')
  })

  test('control: none, where its last state is kept, the file that stops it; also beside a file', () => {
    const all = '--no-control --state-dir /var/lib/tap --bypass-file=/run/bypass'
    const control = { enabled: false, stateDir: '/var/lib/tap', bypassFile: '/run/bypass' }
    expect(readFlags(all.split(' ')).document.control).toEqual(control)
    expect(messages(`--config tap.yaml ${all}`)).toEqual([])
    expect(readFlags([]).document.control).toBeUndefined()
  })

  test('tells all mistakes at once', () => {
    expect(
      messages(
        '--servcie orders --listen nope --to x --grace soon --zone a --zone b --outbound 1 stray --token',
      ),
    ).toEqual([
      'unknown flag --servcie; did you mean --service?',
      '--zone is given twice',
      'unknown word stray',
      '--token needs a value: <token>',
      '--listen nope: not an address like 8080 or 127.0.0.1:8080',
      '--to x: not an address like 127.0.0.1:3000',
      '--outbound 1: not of the form 9001=recommendation@10.0.0.5:80',
      '--grace soon: not of the form 10s',
    ])
  })

  test.each([
    ['--listen 1', '--listen needs --to: the address of the service'],
    ['--to 127.0.0.1:1', '--to needs --listen: the port that callers use'],
    ['--allow a', '--allow needs --forward-proxy'],
    ['--config a --listen 1 --to 2', '--listen cannot stand beside --config'],
    ['--collector ftp://x', '--collector ftp://x: not of the form http://127.0.0.1:7401'],
    [
      '--collector http://user:pass@x',
      '--collector http://user:pass@x: not of the form http://127.0.0.1:7401',
    ],
    ['--untouched=yes', '--untouched takes no value'],
    ['--constructor x', 'unknown flag --constructor'],
    ['--caller web=10.0.0.7', '--caller web=10.0.0.7: not of the form 10.0.0.7=web-api'],
    ['--access-log xml', '--access-log xml: not of the form json or text'],
  ])('%s', (line, wanted) => expect(messages(line)).toContain(wanted))

  test('outbound without a service takes the host', () => {
    expect(parseOutbound('9001=recommendation:80')).toEqual({
      listen: { host: '127.0.0.1', port: 9001 },
      service: undefined,
      to: [{ host: 'recommendation', port: 80 }],
    })
    expect(parseOutbound('9001=a@b:0')).toBeUndefined()
  })

  test('the help names every flag', () => expect(flagHelp()).toMatch(/--service <name> .*\n[\s\S]*--grace/))
})
