import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadTapFile, loadTapSettings } from '../../../tap-proxy/config/load.ts'

const flags = ['--service', 'orders', '--listen', '0', '--to', '127.0.0.1:3000']
const remote = ['--collector', 'http://collector.internal:7401']
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-load-'))
})
afterAll(() => rm(folder, { recursive: true }))

const settingsOf = async (argv: string[], env = {}) => {
  const loaded = await loadTapSettings(argv, env)
  if ('mistakes' in loaded) throw loaded.mistakes[0]
  return loaded.settings
}

describe('loadTapSettings', () => {
  test('the token: flag, then file, then environment', async () => {
    await writeFile(join(folder, 'token'), 'from-file\n')
    const file = ['--token-file', join(folder, 'token')]
    const env = { TAPMESH_TOKEN: 'from-env' }
    expect((await settingsOf([...flags, ...remote, '--token', 'from-flag'], env)).collector?.token).toBe(
      'from-flag',
    )
    expect((await settingsOf([...flags, ...remote, ...file], env)).collector?.token).toBe('from-file')
    expect((await settingsOf([...flags, ...remote], env)).collector?.token).toBe('from-env')
    expect((await settingsOf([...flags, ...remote])).collector?.token).toBeUndefined()
  })

  test('the collector may come from the environment', async () => {
    const { collector } = await settingsOf(flags, { TAPMESH_COLLECTOR: 'http://c:1', TAPMESH_TOKEN: 't' })
    expect(collector).toMatchObject({ url: 'http://c:1', token: 't', flush_ms: 1000 })
    expect(await loadTapSettings(flags, { TAPMESH_COLLECTOR: 'nonsense' })).toHaveProperty('mistakes')
  })

  test('control: as the file says, unless a flag says otherwise; a folder only where there is a collector', async () => {
    const file = join(folder, 'control.yaml')
    const yaml = 'service: a\ninbound: [{ listen: 0, to: 3000 }]\n'
    const control = 'control: { enabled: true, stateDir: here, bypassFile: stop }\n'
    const collector = 'collector: { url: http://a:1, token: t }\n'
    await writeFile(file, yaml + collector + control)
    expect((await settingsOf(['--config', file])).control).toEqual({
      enabled: true,
      state_dir: 'here',
      bypass_file: 'stop',
    })
    const flagged = await settingsOf(['--config', file, '--no-control', '--state-dir', 'there'])
    expect(flagged.control).toEqual({ enabled: false, state_dir: 'there', bypass_file: 'stop' })
    const env = { STATE_DIRECTORY: '/var/lib/tap' }
    await writeFile(file, yaml + collector)
    expect((await settingsOf(['--config', file], env)).control.state_dir).toBe('/var/lib/tap')
    await writeFile(file, yaml)
    expect((await settingsOf(['--config', file], env)).control.state_dir).toBeUndefined()
  })

  test('flags beside a file go before what it says', async () => {
    const file = join(folder, 'tap.yaml')
    await writeFile(
      file,
      'service: a\ninbound: [{ listen: 0, to: 3000 }]\ncollector: { url: http://a:1, token: t, flush: 2s }\nadmin: { host: "::1" }\n',
    )
    const settings = await settingsOf([
      '--config',
      file,
      '--collector',
      'http://b:1',
      '--admin-port',
      '0',
      '--token',
      'u',
    ])
    expect(settings.collector).toMatchObject({ url: 'http://b:1', token: 'u', flush_ms: 2000 })
    expect(settings.admin).toEqual({ host: '::1', port: 0, fixed: true })
    expect(await loadTapFile(file, {})).toMatchObject({
      settings: { collector: { url: 'http://a:1', token: 't' } },
    })
  })

  test('a token file that cannot be read is told', async () => {
    const loaded = await loadTapSettings([...flags, ...remote, '--token-file', join(folder, 'none')], {})
    expect('mistakes' in loaded && loaded.mistakes[0]?.code).toBe('TAPMESH_CONFIG_UNREADABLE')
  })

  test('mistakes never show the token', async () => {
    const loaded = await loadTapSettings([...flags, ...remote, '--token', 's3cret', '--zone', '<'], {})
    expect('mistakes' in loaded && JSON.stringify(loaded.mistakes)).not.toContain('s3cret')
  })

  test('an address may name its zone', async () => {
    const file = join(folder, 'zones.yaml')
    const to = '[10.0.0.1:80, { address: "10.0.0.2:80", zone: us }]'
    await writeFile(file, `service: a\noutbound: [{ listen: 0, service: b, to: ${to} }]\n`)
    expect((await settingsOf(['--config', file])).listeners[0]?.to).toEqual([
      { host: '10.0.0.1', port: 80 },
      { host: '10.0.0.2', port: 80, zone: 'us' },
    ])
    await writeFile(file, 'service: a\ninbound: [{ listen: 0, to: [{ address: "no port", zone: us }] }]\n')
    const loaded = await loadTapSettings(['--config', file], {})
    expect('mistakes' in loaded && loaded.mistakes.map(({ message }) => message)).toEqual([
      'inbound[0].to[0].address: "no port" is not an address like 127.0.0.1:3000 or orders:80',
    ])
  })
})
