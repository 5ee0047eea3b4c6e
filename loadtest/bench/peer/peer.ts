import type { Bench } from '../round/measure.ts'

/** A proxy that can stand between load and backend. */
export interface Peer {
  name: string
  /** What it does for every call, as the report tells it. */
  work: string
  /** Its version, or undefined where it is not installed. */
  version(): Promise<string | undefined>
  /** Starts it, pinned to the proxy's core, in front of the backend. */
  start(bench: Bench, backendPort: number): Promise<RunningPeer>
}

export interface RunningPeer {
  name: string
  port: number
  /** Empty for the direct way, which has no proxy. */
  pids: readonly number[]
  /** Records of calls it made but could not deliver since its start, where it can lose any. */
  lostRecords?: () => Promise<number>
}

/** Starts those that are installed; names the others as skipped. */
export async function startPeers(
  bench: Bench,
  peers: readonly Peer[],
  backendPort: number,
): Promise<RunningPeer[]> {
  const running: RunningPeer[] = []
  const { peers: chosen } = bench.options
  for (const peer of peers) {
    if (chosen.length > 0 && !chosen.includes(peer.name)) {
      bench.skip(peer.name, 'not among --peers')
      continue
    }
    const version = await peer.version()
    if (version === undefined) {
      bench.skip(peer.name, 'not installed')
      continue
    }
    try {
      running.push(await peer.start(bench, backendPort))
      bench.version(peer.name, version)
    } catch (error) {
      bench.skip(peer.name, (error as Error).message)
    }
  }
  return running
}
