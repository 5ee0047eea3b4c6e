import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SlosAnswer } from '../../graph-api/contract.ts'
import { startTapmesh } from '../support/tapmesh-process.ts'

/** Objectives from a file, through the real command line. */

const ROOT = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'tapmesh-slo-'))
const file = join(folder, 'mesh.yaml')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function tapmesh(...args: string[]) {
  const options = { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' }, timeout: 30_000 } as const
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'cli/main.ts'), ...args],
    options,
  )
  return { status, stdout, stderr }
}

test('up tells objectives of its file', async () => {
  writeFileSync(file, 'slos:\n  - { service: orders, availability: 99.9, window: 7d }\n')
  const ports = ['--port', '0', '--collector-port', '0']
  const up = startTapmesh(['up', '--config', file, '--data', join(folder, 'mesh'), ...ports])
  try {
    const [, api] = await up.said(/^listening api (\S+)$/m)
    const answer = (await (await fetch(`${api}/api/v1/slos`)).json()) as SlosAnswer
    expect(answer.slos).toMatchObject([
      {
        service: 'orders',
        sli: 'availability',
        objective: 0.999,
        window_s: 604_800,
        calls: 0,
        budget_left: 1,
        state: 'ok',
      },
    ])
  } finally {
    up.process.kill('SIGTERM')
    await up.ended()
  }
})

test('a mistake in the file ends up before anything starts', () => {
  writeFileSync(file, 'slos:\n  - { service: orders, availability: 101 }\n')
  const { status, stdout, stderr } = tapmesh(
    'up',
    '--config',
    file,
    '--data',
    join(folder, 'never'),
    '--port',
    '0',
  )
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
  expect(stderr).toMatch(/mesh\.yaml:2:\d+: slos\[0\]\.availability: must be below 100/)
})

test('export rules writes the rules of a file; those of the demo are the shipped ones', () => {
  const { status, stdout } = tapmesh('export', 'rules', join(ROOT, 'demo/mesh.yaml'))
  const shipped = readFileSync(join(ROOT, 'dashboards/rules/slo.yml'), 'utf8')
  expect(status).toBe(0)
  expect(stdout.trim()).toBe(shipped.replace(/^#.*\n/, '').trim())
  expect(tapmesh('export', 'rules', join(folder, 'none.yaml'))).toMatchObject({
    status: 64,
    stderr: expect.stringContaining('TAPMESH_CONFIG_UNREADABLE'),
  })
})
