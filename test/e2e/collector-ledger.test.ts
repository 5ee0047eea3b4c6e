import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../store/open.ts'
import { ROLLUPS } from '../../store/rollups.ts'
import type { Store } from '../../store/store.ts'
import { batchBody, post, TOKEN } from '../support/batch.ts'
import { type Spawned, spawnListening } from '../support/spawned.ts'

/**
 * The ledger: a real collector is killed again and again while taps write, send batches twice and
 * send old ones anew. Whatever was acknowledged is in the store exactly once, in the calls and in
 * every rollup.
 */
const KILLS = 50
const WRITERS = 3
const ROWS = 40

interface Written {
  seq: number
  body: Buffer
  acknowledged: boolean
}

class Writer {
  readonly batches: Written[] = []
  readonly boot = randomBytes(8).toString('hex')
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  path(seq: number): string {
    return `/${this.#name}/${seq}`
  }

  /** Sends batches in order until the collector is gone; now and then twice, now and then an old one. */
  async run(url: string): Promise<void> {
    for (;;) {
      let next = this.batches.find((batch) => !batch.acknowledged)
      if (!next) {
        const seq = this.batches.length + 1
        next = { seq, body: batchBody(ROWS, this.path(seq)), acknowledged: false }
        this.batches.push(next)
      }
      const sends = [this.#send(url, next)]
      if (Math.random() < 0.3) sends.push(this.#send(url, next))
      if (Math.random() < 0.2)
        sends.push(this.#send(url, this.batches[Math.floor(Math.random() * this.batches.length)]!))
      const alive = await Promise.all(sends)
      if (alive.includes(false)) return
    }
  }

  async #send(url: string, batch: Written): Promise<boolean> {
    try {
      const answer = await post(url, batch.body, {
        tap: this.#name,
        boot: this.boot,
        seq: batch.seq,
        rows: ROWS,
      })
      if (answer.status === 200) batch.acknowledged = true
      return true
    } catch {
      return false
    }
  }
}

const start = (folder: string): Promise<Spawned> =>
  spawnListening('test/support/collector-process.ts', [folder, TOKEN, '100'])

async function expectExactlyOnce(store: Store, writers: readonly Writer[]): Promise<void> {
  const found = await store.read<{ path: string; rows: number; ids: number }>(
    'SELECT path, count() AS rows, uniqExact(span_id) AS ids FROM tapmesh.calls GROUP BY path',
  )
  const byPath = new Map(found.map((row) => [row.path, row]))
  for (const writer of writers) {
    for (const { seq, acknowledged } of writer.batches) {
      const path = writer.path(seq)
      const row = byPath.get(path) ?? { path, rows: 0, ids: 0 }
      // A batch that was never acknowledged may be there, but then whole and once.
      const wanted = acknowledged || row.rows > 0 ? ROWS : 0
      expect(row).toEqual({ path, rows: wanted, ids: wanted })
    }
  }
  const total = found.reduce((sum, { rows }) => sum + rows, 0)
  for (const { name } of ROLLUPS) {
    const [rollup] = await store.read<{ calls: number }>(`SELECT sum(calls) AS calls FROM tapmesh.${name}`)
    expect({ name, calls: rollup?.calls }).toEqual({ name, calls: total })
  }
}

test(`${KILLS} kills lose nothing that was acknowledged and count nothing twice`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tapmesh-ledger-'))
  const writers = Array.from({ length: WRITERS }, (_, index) => new Writer(`writer-${index}`))
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const collector = await start(folder)
      const running = Promise.all(writers.map((writer) => writer.run(collector.url)))
      // Not a wait for something: the moment of the kill is what is random here.
      await sleep(Math.random() * 350)
      await collector.end('SIGKILL')
      await running
    }
    const last = await start(folder)
    await last.end('SIGTERM')
    // Ended by itself, all stored: a process that the signal killed would leave its log to the next one.
    expect(last.child.exitCode).toBe(0)
    expect(await readdir(join(folder, 'wal'))).toHaveLength(1)
    const store = await openStore({ dataFolder: join(folder, 'data') })
    try {
      await expectExactlyOnce(store, writers)
    } finally {
      await store.close()
    }
    const acknowledged = writers.flatMap(({ batches }) =>
      batches.filter((batch) => batch.acknowledged),
    ).length
    expect(acknowledged).toBeGreaterThan(KILLS)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 420_000)
