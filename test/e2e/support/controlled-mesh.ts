import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive, startTapmesh, type TapmeshProcess } from '../../support/tapmesh-process.ts'
import { startBackend } from './calls.ts'
import { endTaps } from './tap-process.ts'

/** A real `tapmesh up` with a backend for taps to stand before, and a hand for its API. */
export interface ControlledMesh {
  folder: string
  backend: Awaited<ReturnType<typeof startBackend>>
  up: TapmeshProcess
  /** Addresses of API and collector. */
  api: string
  collector: string
  tokenFile: string
  get<Answer>(path: string): Promise<Answer>
  /** A change, with the token; fails where it is not answered 200. */
  send<Answer>(method: string, path: string, body: object): Promise<Answer>
  /** Ends taps and mesh, and removes what they kept. */
  close(): Promise<void>
}

export async function openControlledMesh(name: string, answer?: RequestListener): Promise<ControlledMesh> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`))
  const backend = await startBackend(answer)
  const up = startTapmesh(['up', '--data', join(folder, 'mesh'), '--port', '0', '--collector-port', '0'])
  const api = (await up.said(/^listening api (\S+)$/m))[1]!
  const collector = (await up.said(/^listening collector (\S+)$/m))[1]!
  const tokenFile = join(folder, 'mesh', 'token')
  const token = (await readFile(tokenFile, 'utf8')).trim()
  return {
    ...{ folder, backend, up, api, collector, tokenFile },
    get: async <Answer>(path: string) => (await (await fetch(`${api}/api/v1${path}`)).json()) as Answer,
    async send<Answer>(method: string, path: string, body: object) {
      const response = await fetch(`${api}/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      })
      expect([response.status, await response.clone().text()]).toEqual([200, expect.any(String)])
      return (await response.json()) as Answer
    },
    async close() {
      endTaps()
      if (isAlive(up.pid)) up.process.kill('SIGTERM')
      await up.ended()
      await backend.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
