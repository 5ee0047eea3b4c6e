import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
/** Node runs the set-up step itself here: it is plain JavaScript without types. */
const load = (file: string) => require(join(ROOT, 'build', file))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-setup-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
  chmodSync(join(folder, path), mode)
}

const entry = (version: string, more = {}) => ({ version, integrity: `sha512-${version}`, ...more })
const lockOf = (packages: object) => JSON.stringify({ packages: { '': {}, ...packages } })

describe('whether node_modules is what the lock asks for', () => {
  const { isInstalled } = load('install.mjs')

  function tree(lock: object, note: object | undefined): void {
    write('package-lock.json', lockOf(lock))
    write('node_modules/node/bin/node', '')
    if (note) write('node_modules/.package-lock.json', JSON.stringify({ packages: note }))
  }

  test('a tree that npm made from this lock is taken as it is, and stamped', () => {
    const packages = { 'node_modules/a': entry('1.0.0') }
    tree({ ...packages, 'node_modules/other-os': entry('1.0.0', { optional: true }) }, packages)
    expect(isInstalled(folder)).toBe(true)
    expect(readFileSync(join(folder, 'node_modules/.tapmesh-lock'), 'utf8')).toMatch(/^[0-9a-f]{64}$/)
    rmSync(join(folder, 'node_modules/.package-lock.json'))
    expect(isInstalled(folder)).toBe(true)
  })

  test.each([
    ['another version', { 'node_modules/a': entry('1.0.1') }],
    ['a missing package', {}],
    ['a package too many', { 'node_modules/a': entry('1.0.0'), 'node_modules/b': entry('1.0.0') }],
    ['no note of npm', undefined],
  ])('%s means that it has to be installed', (_what, note) => {
    tree({ 'node_modules/a': entry('1.0.0') }, note)
    expect(isInstalled(folder)).toBe(false)
  })

  test('a lock that changed after the stamp is installed again', () => {
    tree({ 'node_modules/a': entry('1.0.0') }, { 'node_modules/a': entry('1.0.0') })
    expect(isInstalled(folder)).toBe(true)
    write('package-lock.json', lockOf({ 'node_modules/a': entry('2.0.0') }))
    expect(isInstalled(folder)).toBe(false)
  })

  test('without the own Node nothing counts as installed; without a lock it says what to do', () => {
    tree({}, {})
    rmSync(join(folder, 'node_modules/node'), { recursive: true })
    expect(isInstalled(folder)).toBe(false)
    rmSync(join(folder, 'package-lock.json'))
    expect(() => isInstalled(folder)).toThrow(/no package-lock.json/)
  })
})

describe('npm that fails', () => {
  const { explainNpm, install } = load('install.mjs')

  test.each([
    ['npm error code ENOTFOUND', /registry cannot be reached/],
    ['npm error code ENOSPC', /disk is full/],
    ['npm error code EUSAGE', /disagree/],
    ['npm error code EINTEGRITY', /not the one/],
    ['npm error code EACCES', /may not write/],
    ['something else', /exit code 7/],
  ])('%s is said in words', (output, message) => {
    expect(explainNpm(output, 7).message).toMatch(message)
    expect(explainNpm(output, 7).hint).not.toBe('')
  })

  test('the exit of npm becomes an error with code and hint, its first lines are shown', async () => {
    write('bin/npm', '#!/bin/sh\necho "npm error code ENOTFOUND" >&2\nexit 1\n', 0o755)
    let shown = ''
    const out = { write: (text: string) => (shown += text) }
    const failing = install(folder, { environment: { PATH: join(folder, 'bin') }, out })
    await expect(failing).rejects.toMatchObject({ code: 'TAPMESH_SETUP_FAILED' })
    expect(shown).toContain('ENOTFOUND')
  })

  test('a machine without npm is told to install it', async () => {
    const failing = install(folder, { environment: { PATH: folder } })
    await expect(failing).rejects.toMatchObject({ message: 'npm is not installed' })
  })
})

describe('what is stale', () => {
  const { hashOf, isStale, markFresh } = load('stale.mjs')
  const product = { name: 'x', inputs: ['src', 'one.txt'], output: 'out', stamp: 'stamp/x' }

  test('a product is fresh until one of its inputs says something else', () => {
    write('src/a/b.ts', '1')
    write('one.txt', '1')
    expect(isStale(folder, product)).toBe(true)
    write('out/file', '')
    expect(isStale(folder, product)).toBe(true)
    markFresh(folder, product, hashOf(folder, product.inputs))
    expect(isStale(folder, product)).toBe(false)
    write('src/a/b.ts', '2')
    expect(isStale(folder, product)).toBe(true)
    write('src/a/b.ts', '1')
    expect(isStale(folder, product)).toBe(false)
    write('src/a/c.ts', '')
    expect(isStale(folder, product)).toBe(true)
  })

  test('a file that moves makes another hash', () => {
    write('src/a.ts', 'x')
    const before = hashOf(folder, ['src'])
    rmSync(join(folder, 'src/a.ts'))
    write('src/b.ts', 'x')
    expect(hashOf(folder, ['src'])).not.toBe(before)
  })
})

describe('one set-up step at a time', () => {
  const { inTurn } = load('turn.mjs')
  const out = { write: () => true }

  test('the turn is taken and given back, also after a failure', async () => {
    const path = join(folder, 'x/lock')
    expect(await inTurn(path, async () => readFileSync(path, 'utf8'), { out })).toBe(String(process.pid))
    await expect(inTurn(path, () => Promise.reject(new Error('no')), { out })).rejects.toThrow('no')
    expect(await inTurn(path, async () => 2, { out })).toBe(2)
  })

  test('a holder that is dead is forgotten, a living one is waited for', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    write('lock', String(dead))
    expect(await inTurn(join(folder, 'lock'), async () => 1, { out })).toBe(1)
    write('lock', String(process.pid))
    const waiting = inTurn(join(folder, 'lock'), async () => 1, { out, deadline_ms: 0 })
    await expect(waiting).rejects.toMatchObject({ code: 'TAPMESH_SETUP_FAILED' })
  })
})

describe('the programs themselves', () => {
  const run = (file: string, args: string[], environment = {}) =>
    spawnSync(process.execPath, [join(ROOT, file), ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    })

  test('an unknown action is bad usage', () => {
    const { status, stderr } = run('build/setup.mjs', ['strat'])
    expect(status).toBe(64)
    expect(stderr).toContain('start, run, test')
  })

  test('exit code and output of the program come through', () => {
    const { status, stdout, stderr } = run('cli/tapmesh.mjs', ['nonsense'])
    expect(status).toBe(64)
    expect(stdout).toBe('')
    expect(stderr).toContain('TAPMESH_USAGE')
    expect(run('cli/tapmesh.mjs', ['--version']).stdout).toMatch(/^\d+\.\d+\.\d+/)
  })

  test('without its own Node the command says how to get one', () => {
    cpSync(join(ROOT, 'build'), join(folder, 'build'), { recursive: true })
    cpSync(join(ROOT, 'cli/tapmesh.mjs'), join(folder, 'cli/tapmesh.mjs'))
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'cli/tapmesh.mjs')], {
      encoding: 'utf8',
    })
    expect(status).toBe(69)
    expect(stderr).toContain('TAPMESH_SETUP_FAILED')
  })
})

describe('the lock of all platforms', () => {
  const { completeLock, missingOptional, platformOf } = load('complete-lock.mjs')

  test('holds every optional package, so that npm ci takes it anywhere', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
    expect([...missingOptional(lock).keys()]).toEqual([])
  })

  test('a missing one is added with version and platform', () => {
    const lock = {
      packages: {
        '': {},
        'node_modules/b': {
          optionalDependencies: { '@b/b-linux-arm-gnueabihf': '1.2.3', '@b/wasm': '1.2.3' },
        },
      },
    }
    expect(completeLock(lock).packages['node_modules/@b/b-linux-arm-gnueabihf']).toEqual({
      version: '1.2.3',
      os: ['linux'],
      cpu: ['arm'],
      libc: ['glibc'],
      optional: true,
    })
    expect(platformOf('@b/core-darwin-arm64')).toEqual({ os: ['darwin'], cpu: ['arm64'] })
    expect(platformOf('@b/wasm')).toBeUndefined()
  })
})
