import { TapmeshError } from '../../model/error.ts'
import { labelOf } from '../../net/endpoint.ts'
import { addressOf, inheritedSocket } from '../../net/handle-pipe.ts'
import type { GivenSocket, OpenSocket } from '../../net/listen-sockets.ts'
import type { Environment } from '../config/load.ts'

/** Descriptors 0 to 2 are the standard streams (sd_listen_fds(3)). */
const FIRST_FD = 3

/** Holds the sockets that a tap gives to its successor: JSON of OpenSocket[]. */
export const SOCKETS = 'TAPMESH_SOCKETS'
/** Holds the descriptor on which a successor says that it is ready. */
export const READY_FD = 'TAPMESH_READY_FD'

/** What must not reach a process that this one starts. */
export const OF_THIS_PROCESS = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', SOCKETS, READY_FD] as const

/**
 * Listening sockets that this process was started with: by socket activation of systemd, or by the tap that
 * it succeeds.
 * @throws TapmeshError TAPMESH_SOCKET_UNUSED for a descriptor that is not a socket of TCP
 */
export function givenSockets(environment: Environment, pid = process.pid): GivenSocket[] {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = '' } = environment
  const text = environment[SOCKETS]
  if (text !== undefined) return (JSON.parse(text) as OpenSocket[]).map(givenBefore)
  if (Number(LISTEN_PID) !== pid) return []
  const names = LISTEN_FDNAMES.split(':')
  return Array.from({ length: Number(LISTEN_FDS) }, (_, index) => activated(FIRST_FD + index, names[index]))
}

function givenBefore({ asked, name, fd }: OpenSocket): GivenSocket {
  return { asked, name, source: socketAt(fd, name) }
}

function activated(fd: number, name = ''): GivenSocket {
  const source = socketAt(fd, name)
  const { host, port } = addressOf(source)!
  return { asked: labelOf(host, port), name, anyAddress: true, source }
}

function socketAt(fd: number, name: string) {
  const socket = inheritedSocket(fd)
  if (socket !== undefined) return socket
  throw new TapmeshError(
    'TAPMESH_SOCKET_UNUSED',
    `descriptor ${fd} (${name}) is not a listening socket of TCP`,
    'A socket unit for a tap has lines like ListenStream=127.0.0.1:8080 only.',
  )
}

/** @throws TapmeshError TAPMESH_SOCKET_UNUSED for a socket of systemd that no listener took: its callers would wait for ever */
export function refuseUnused(unused: readonly GivenSocket[]): void {
  const [first] = unused.filter(({ anyAddress }) => anyAddress === true)
  if (first === undefined) return
  throw new TapmeshError(
    'TAPMESH_SOCKET_UNUSED',
    `no listener takes the socket ${first.name} on ${first.asked}`,
    'Give a listener that address (listen:), or that name (name:, equal to FileDescriptorName= of the socket unit).',
  )
}
