import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { seeded } from '../../../../loadtest/bench/traffic/random.ts'
import { bodyOf, digest, errorBody } from './acts.ts'
import type { SeenCall } from './entries.ts'

/** Callers with kept connections, one call after the other, until they are told to stop. */

const METHODS = ['GET', 'GET', 'GET', 'GET', 'PUT', 'PUT', 'POST', 'POST', 'DELETE'] as const
/** Between two calls of one caller at most. */
const THINK_MS = 60
/** Calls whose caller goes away. */
const LEAVING = 0.01

export const now_us = () => Number(process.hrtime.bigint() / 1000n)

type Method = (typeof METHODS)[number]

interface Sent {
  id: string
  method: Method
  body: Buffer | undefined
  chunked: boolean
  /** The caller leaves after so long. */
  leave_ms: number | undefined
}

function nextCall(random: () => number, id: string): Sent {
  const method = METHODS[Math.floor(random() * METHODS.length)]!
  const takesBody = method === 'PUT' || method === 'POST'
  const size = Math.floor(random() < 0.1 ? random() * 150_000 : random() * 4000)
  return {
    id,
    method,
    body: takesBody ? Buffer.alloc(size, `${id}+`) : undefined,
    chunked: random() < 0.3,
    leave_ms: random() < LEAVING ? random() * 100 : undefined,
  }
}

type Ending = Pick<SeenCall, 'saw' | 'status' | 'error'> & { answer?: IncomingMessage; bytes: Buffer }

/** Makes one call; whatever comes of it is a result. */
function make(port: number, agent: Agent, { id, method, body, chunked, leave_ms }: Sent): Promise<Ending> {
  return new Promise((resolve) => {
    let left = false
    const path = `/items/${id}`
    const length = body && !chunked ? { 'content-length': body.length } : {}
    const sent = request({ host: '127.0.0.1', port, path, method, agent, headers: length })
    const parts: Buffer[] = []
    const end = (saw: SeenCall['saw'], error: string, answer?: IncomingMessage) => {
      clearTimeout(leave)
      const status = answer?.statusCode ?? 0
      const bytes = Buffer.concat(parts)
      resolve({ saw: left ? 'left' : saw, status, error, bytes, ...(answer && { answer }) })
    }
    const leave =
      leave_ms === undefined
        ? undefined
        : setTimeout(() => {
            left = true
            sent.destroy()
          }, leave_ms)
    sent.on('error', (error) => end('error', error.message))
    sent.on('response', (answer) => {
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', (error) => end('cut', error.message, answer))
      answer.on('end', () => end('complete', '', answer))
    })
    if (body && chunked) {
      const half = body.length >> 1
      sent.write(body.subarray(0, half))
      setImmediate(() => sent.end(body.subarray(half)))
    } else sent.end(body)
  })
}

export interface CallersOptions {
  seed: number
  /** Of the tap behind these callers, or of a service's own. */
  port: number
  by: SeenCall['by']
  workers: number
}

const text = (answer: IncomingMessage | undefined, name: string) => String(answer?.headers[name] ?? '')

function seenOf(seed: number, sent: Sent, by: SeenCall['by'], began_us: number, ending: Ending): SeenCall {
  const { saw, status, error, answer, bytes } = ending
  const { id, method, body } = sent
  return {
    ...{ id, method, by, began_us, saw, status, error, ended_us: now_us() },
    flags: text(answer, 'x-tapmesh-flags'),
    denied: text(answer, 'x-tapmesh-denied'),
    isWhole: bytes.equals(bodyOf(seed, id)),
    isError: bytes.equals(errorBody(id)),
    arrivedWhole: text(answer, 'x-received') === digest(body ?? Buffer.alloc(0)),
  }
}

export function startCallers({ seed, port, by, workers }: CallersOptions) {
  const agent = new Agent({ keepAlive: true, maxSockets: workers })
  const seen: SeenCall[] = []
  let going = true
  const work = async (worker: number) => {
    const random = seeded(seed * 1000 + worker + (by === 'intruder' ? 500 : 0))
    for (let turn = 0; going; turn++) {
      const sent = nextCall(random, `${by}-${worker}-${turn}`)
      const began_us = now_us()
      seen.push(seenOf(seed, sent, by, began_us, await make(port, agent, sent)))
      await pause(random() * THINK_MS)
    }
  }
  const done = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
  return {
    seen,
    async stop(): Promise<void> {
      going = false
      await done
      agent.destroy()
    },
  }
}
