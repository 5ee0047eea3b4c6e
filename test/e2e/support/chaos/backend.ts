import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { ANSWERING, bodyOf, errorBody, type Plan, planOf } from './acts.ts'
import type { Deed, Receipt } from './entries.ts'

/**
 * A service that does what the script of faults says and writes down what it did, at once, so that
 * nothing is forgotten when it is killed. Program: `backend.ts <port> <file> <seed>`.
 */
const [port = '0', file = '', seedText = '0'] = process.argv.slice(2)
const seed = Number(seedText)
const log = openSync(file, 'a')
let serial = 0

const now_us = () => Number(process.hrtime.bigint() / 1000n)
const write = (entry: Receipt | Deed) => writeSync(log, `${JSON.stringify(entry)}\n`)

/** Pieces of an answer that drips. */
const PIECES = 6

function drip(response: ServerResponse, body: Buffer, { wait_ms }: Plan): void {
  const length = Math.max(1, Math.ceil(body.length / PIECES))
  let at = 0
  const next = () => {
    if (response.destroyed) return
    response.write(body.subarray(at, at + length))
    at += length
    if (at < body.length) setTimeout(next, wait_ms)
    else response.end()
  }
  next()
}

function answer(response: ServerResponse, id: string, plan: Plan, received: string): void {
  const body = plan.act === 'error' ? errorBody(id) : bodyOf(seed, id)
  response.writeHead(plan.status, {
    'x-received': received,
    ...(plan.chunked ? {} : { 'content-length': body.length }),
  })
  if (plan.act === 'drip' && body.length > 0) drip(response, body, plan)
  else response.end(body)
}

/** Breaks the connection in the way that the plan says. */
function breakOff({ socket }: IncomingMessage, id: string, { act }: Plan): void {
  if (act === 'reset') socket.resetAndDestroy()
  else if (act === 'half_head') socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/pl')
  else if (act === 'garbage') socket.end(Buffer.alloc(64, 0x80))
  else {
    const body = bodyOf(seed, id)
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length + 1000}\r\n\r\n`)
    socket.write(body, () => socket.resetAndDestroy())
  }
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  serial += 1
  const receipt = `${process.pid}.${serial}`
  const id = request.url!.slice(request.url!.lastIndexOf('/') + 1)
  const attempt = Number(request.headers['x-tapmesh-attempt'] ?? 1)
  const plan = planOf(seed, id, attempt)
  const method = request.method ?? ''
  write({ receipt, id, attempt, method, act: plan.act, status: plan.status, at_us: now_us() })
  // Without one of these lines the process was killed in between.
  response.once('finish', () => write({ receipt, ended: 'done' }))
  response.once('close', () => {
    if (!response.writableFinished) write({ receipt, ended: 'broken' })
  })
  request.on('error', () => {})
  if (plan.act === 'reset') {
    breakOff(request, id, plan)
    return
  }
  const hash = createHash('sha1')
  request.on('data', (part: Buffer) => hash.update(part))
  request.on('end', () => {
    if (!ANSWERING.has(plan.act)) breakOff(request, id, plan)
    else if (plan.act === 'slow')
      setTimeout(() => answer(response, id, plan, hash.digest('hex')), plan.wait_ms)
    else answer(response, id, plan, hash.digest('hex'))
  })
}

// It never closes a connection that rests: what breaks, breaks by the script.
const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, serve)
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'))
process.on('SIGTERM', () => process.exit(0))
