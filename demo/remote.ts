import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ErrorAnswer } from '../graph-api/contract.ts'
import { describeError, type ErrorCode } from '../model/error.ts'
import type { Fleet } from './fleet.ts'
import { instances } from './shop.ts'

/** The running demo's ear: `tapmesh demo lose` and `bring-back` ask here, on loopback and with the token. */

export interface Remote {
  readonly address: string
  close(): void
}

/** `PUT /instances/<instance>/lost` or `…/back`. */
const PATH = /^\/instances\/([a-z-]+@[a-z]+)\/(lost|back)$/

function shows(request: IncomingMessage, token: string): boolean {
  const shown = Buffer.from(request.headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return shown.length === wanted.length && timingSafeEqual(shown, wanted)
}

/** What a request comes to: a status, and the error where it is one. */
async function outcomeOf(
  fleet: Pick<Fleet, 'stand'>,
  token: string,
  request: IncomingMessage,
): Promise<[status: number, body: object]> {
  const refused = (status: number, code: ErrorCode, message: string, hint: string): [number, ErrorAnswer] => [
    status,
    { error: { code, message, hint } },
  ]
  if (!shows(request, token)) {
    return refused(
      401,
      'TAPMESH_TOKEN_WRONG',
      'the demo asks for its token',
      'It is in the folder of the demo.',
    )
  }
  const [, instance, wish] = PATH.exec(decodeURIComponent(request.url ?? '')) ?? []
  if (request.method !== 'PUT' || instance === undefined) {
    return refused(404, 'TAPMESH_USAGE', 'nothing is asked for here', 'See "tapmesh demo lose --help".')
  }
  if (await fleet.stand(instance, wish === 'back')) return [200, { instance, up: wish === 'back' }]
  const known = instances().map(({ id }) => id)
  return refused(404, 'TAPMESH_USAGE', `the shop has no ${instance}`, `It has ${known.join(', ')}.`)
}

export async function openRemote(fleet: Pick<Fleet, 'stand'>, token: string): Promise<Remote> {
  // One after the other: programs answer in the order in which they were asked.
  let turn: Promise<unknown> = Promise.resolve()
  const server: Server = createServer((request, response) => {
    request.resume()
    const answer = ([status, body]: [number, object]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    turn = turn
      .then(() => outcomeOf(fleet, token, request))
      .catch((error): [number, object] => [
        500,
        {
          error: {
            code: 'TAPMESH_INTERNAL',
            message: describeError(error),
            hint: 'See the logs of the demo.',
          },
        },
      ])
      .then(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
