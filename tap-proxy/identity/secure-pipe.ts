import { codeOf } from '../../model/error.ts'
import { adoptSocket } from '../../net/adopted-pipe.ts'
import { type Pipe, type PipeOwner, WRITE } from '../../net/pipe.ts'
import { connectSecure, type SecureConnectOptions } from './secure-connect.ts'

/** A connection that is being made: it can only be given up. */
class AwaitedPipe implements Pipe {
  readonly pendingWrites = 0
  readonly remotePort = 0
  owner: PipeOwner
  readonly #giveUp: () => void

  constructor(owner: PipeOwner, giveUp: () => void) {
    this.owner = owner
    this.#giveUp = giveUp
  }

  start(): void {}

  keepAlive(): void {}

  localEnd(): string {
    return ''
  }

  write(): number {
    return WRITE.failed
  }

  pause(): void {}

  resume(): void {}

  end(): void {
    this.#giveUp()
  }

  close(): void {
    this.#giveUp()
  }

  reset(): void {
    this.#giveUp()
  }

  remoteAddress(): string {
    return ''
  }
}

/**
 * Connects to a tap of `service`, as the relay wants it.
 * @param refused told why where TLS is at fault; who is not there at all is no matter of certificates
 * @returns what stands for the connection until `connected` gives it
 */
export function connectSecurePipe(
  options: SecureConnectOptions,
  host: string,
  port: number,
  service: string,
  owner: PipeOwner,
  connected: (pipe: Pipe | undefined, code: string) => void,
  refused: (error: unknown) => void,
): Pipe {
  const giveUp = connectSecure(options, host, port, { service }, (result) => {
    if ('error' in result) {
      if (isOfTls(result.error)) refused(result.error)
      connected(undefined, codeOf(result.error))
      return
    }
    const { socket, reset } = result.connection
    const pipe = adoptSocket(socket, owner, reset)
    connected(pipe, '')
    pipe.start()
  })
  return new AwaitedPipe(owner, giveUp)
}

/** Node's codes of TLS begin with ERR_, the system's do not. */
function isOfTls(error: Error): boolean {
  return codeOf(error) === 'TAPMESH_PEER_REFUSED' || codeOf(error.cause).startsWith('ERR_')
}
