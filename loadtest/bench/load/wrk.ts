import { writeFile } from 'node:fs/promises'
import { TapmeshError } from '../../../model/error.ts'
import type { Bench } from '../round/measure.ts'

/** A load of as many calls as the proxy can take: each connection asks again as soon as it is answered. */
export interface WrkLoad {
  connections: number
  path: string
  /** Bytes of request body; POST where above 0. */
  body_bytes?: number
  /** Close after every answer, so that each call pays for a new connection. */
  close?: boolean
  /** Cycle through this many paths made of letters only, so that no template collapses them. */
  paths?: number
}

export interface WrkOutcome {
  calls: number
  seconds: number
  /** Bytes of the answers as wrk counts them. */
  read_bytes: number
  p50_us: number
  p99_us: number
  /** Answers other than 2xx or 3xx, and connections that failed. */
  errors: number
}

const WORD_LETTERS = 26

/** The script that wrk runs, in Lua, or undefined where its own requests will do. */
export function wrkScript(load: WrkLoad): string | undefined {
  const lines: string[] = []
  if (load.body_bytes) {
    lines.push('wrk.method = "POST"', `wrk.body = string.rep("x", ${load.body_bytes})`)
  }
  if (load.close) lines.push('wrk.headers["Connection"] = "close"')
  if (load.paths) {
    lines.push(
      'local turn = 0',
      'local requests = {}',
      'local function word(number)',
      '  local letters = {}',
      `  for place = 1, 5 do letters[place] = string.char(97 + number % ${WORD_LETTERS}); number = math.floor(number / ${WORD_LETTERS}) end`,
      '  return table.concat(letters)',
      'end',
      'function init()',
      `  for number = 1, ${load.paths} do requests[number] = wrk.format("GET", "/" .. word(number)) end`,
      'end',
      'function request()',
      `  turn = turn % ${load.paths} + 1`,
      '  return requests[turn]',
      'end',
    )
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : undefined
}

/** Runs wrk on the load's core against the port. @throws TapmeshError where wrk fails or nothing was answered */
export async function runWrk(
  bench: Bench,
  port: number,
  load: WrkLoad,
  seconds: number,
): Promise<WrkOutcome> {
  const args = ['-t', '1', '-c', String(load.connections), '-d', `${seconds}s`, '--latency']
  const script = wrkScript(load)
  if (script) {
    const file = `${bench.folder}/load.lua`
    await writeFile(file, script)
    args.push('-s', file)
  }
  args.push(`http://127.0.0.1:${port}${load.path}`)
  const outcome = parseWrk(await bench.children.run({ command: 'wrk', args, core: bench.cores.load }))
  if (outcome.calls > 0) return outcome
  throw new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `not one call was answered within ${seconds} s (wrk ${args.join(' ')})`,
    'Run it again on a machine that has nothing else to do.',
  )
}

const TIME_US: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 }
const SIZE: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }

/** Reads what wrk prints. */
export function parseWrk(text: string): WrkOutcome {
  const summary = /([0-9]+) requests in ([0-9.]+)(us|ms|s|m|h), ([0-9.]+)(B|KB|MB|GB|TB) read/.exec(text)
  const failed = /Socket errors: connect ([0-9]+), read ([0-9]+), write ([0-9]+), timeout ([0-9]+)/.exec(text)
  const refused = /Non-2xx or 3xx responses: ([0-9]+)/.exec(text)
  const failures = failed ? failed.slice(1).reduce((sum, count) => sum + Number(count), 0) : 0
  return {
    calls: Number(summary?.[1] ?? 0),
    seconds: (Number(summary?.[2] ?? 0) * TIME_US[summary?.[3] ?? 's']!) / 1e6,
    read_bytes: Number(summary?.[4] ?? 0) * SIZE[summary?.[5] ?? 'B']!,
    p50_us: latency(text, '50'),
    p99_us: latency(text, '99'),
    errors: failures + Number(refused?.[1] ?? 0),
  }
}

function latency(text: string, percent: string): number {
  const found = new RegExp(`^ +${percent}% +([0-9.]+)(us|ms|s|m|h) *$`, 'm').exec(text)
  return found ? Number(found[1]) * TIME_US[found[2]!]! : Number.NaN
}
