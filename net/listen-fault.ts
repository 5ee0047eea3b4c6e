import { codeOf, TapmeshError } from '../model/error.ts'
import type { Address } from './address.ts'
import { labelOf } from './endpoint.ts'

/** What the system said to a listen, in words that say what to do. */
export function listenFault(error: unknown, { host, port }: Address, what: string): TapmeshError {
  const where = `${what} listener on ${labelOf(host, port)}`
  const more = { cause: error }
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new TapmeshError(
        'TAPMESH_PORT_IN_USE',
        `${where}: the port is taken`,
        `See who has it with: ss -ltnp 'sport = :${port}'; or choose another port, 0 for any free one.`,
        more,
      )
    case 'EACCES':
    case 'EPERM':
      return new TapmeshError(
        'TAPMESH_PORT_FORBIDDEN',
        `${where}: this user may not listen there`,
        'Choose a port from 1024 upwards, or give the process CAP_NET_BIND_SERVICE.',
        more,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EINVAL':
      return new TapmeshError(
        'TAPMESH_ADDRESS_INVALID',
        `${where}: this machine has no such address`,
        'See the addresses of this machine with: ip address; 0.0.0.0 is all of them.',
        more,
      )
    default:
      return new TapmeshError(
        'TAPMESH_INTERNAL',
        `${where}: ${codeOf(error)}`,
        'Please report this with the line above.',
        more,
      )
  }
}
