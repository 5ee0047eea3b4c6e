import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import type { Demo } from '../../demo/demo.ts'
import { demoFolder } from '../../demo/note.ts'
import { prove } from '../../demo/proof.ts'
import { ENTRANCE } from '../../demo/shop.ts'
import type { CallsAnswer } from '../../graph-api/contract.ts'
import type { ConfigAnswer } from '../../model/enforcement.ts'
import { EXIT } from '../../model/error.ts'
import { createApi } from '../client/api.ts'
import { count } from '../print/quantity.ts'
import { table } from '../print/table.ts'
import { endWish } from '../terminal/signal.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { bringBackCommand, loseCommand } from './demo-lose.ts'
import { parseSeconds, wholeNumber } from './shared-option.ts'

interface DemoCommandOptions {
  data: string
  port?: number
  collectorPort?: number
  rate: number
  duration?: number
  stay?: boolean
  fresh?: boolean
  tap: string
}

const ROOT = join(import.meta.dirname, '..', '..')

export function demoCommand(terminal: Terminal): Command {
  return new Command('demo')
    .description('a small shop in two regions, every service behind its own tap, live on the map')
    .option('--fresh', 'begin anew: forget what earlier demos recorded')
    .option('--rate <n>', 'visits a second', wholeNumber(1, 500), 25)
    .option(
      '--duration <time>',
      'end the load after this time, like 20s, and compare what was made with what was recorded',
      parseSeconds,
    )
    .option('--stay', 'with --duration: keep the map running afterwards')
    .option('--port <port>', 'UI and API (default: 7400, or any free port)', wholeNumber(0, 65_535))
    .option('--collector-port <port>', 'collector (default: 7401, or any free port)', wholeNumber(0, 65_535))
    .option('--tap <file>', 'single-file tap to use', join(ROOT, 'dist', 'tap.mjs'))
    .option('--data <folder>', 'data folder of tapmesh; the demo keeps to its subfolder "demo"', '.tapmesh')
    .addHelpText(
      'after',
      `
Examples:
  tapmesh demo
  tapmesh demo --fresh --rate 60
  tapmesh demo --duration 20s        exits with 1 if a single call is missing or counted twice
  tapmesh demo lose purchase-history@eu
  tapmesh demo bring-back purchase-history@eu`,
    )
    .addCommand(loseCommand(terminal))
    .addCommand(bringBackCommand(terminal))
    .action((options: DemoCommandOptions) => run(terminal, options))
}

/** Numbered steps with the time each took. */
function stepPrinter(terminal: Terminal, total: number) {
  let number = 0
  let began = 0
  const close = () => {
    if (number > 0)
      terminal.out(terminal.style.dim(`      ${((performance.now() - began) / 1000).toFixed(1)} s`))
  }
  return {
    next(text: string) {
      close()
      number += 1
      began = performance.now()
      terminal.out(`[${number}/${total}] ${text}`)
    },
    end: close,
  }
}

function welcome({ style }: Terminal, { mesh, fleet }: Demo): string {
  const { apiUrl } = mesh
  const link = (path: string) => style.cyan(`${apiUrl}${path}`)
  return `
  ${style.bold('Map')}        ${style.cyan(`${apiUrl}/map#token=${mesh.token}`)}
  ${style.bold('Calls')}      ${link('/calls')}
  ${style.bold('API')}        ${link('/api/v1/graph')}   ${style.dim('(described at /openapi.json)')}
  ${style.bold('Shop')}       ${style.cyan(fleet.doors[ENTRANCE]!)}   ${style.dim('(the tap in front of web-api: curl it and watch the map)')}

  ${style.bold('Worth a look')}
  - recommendation -> purchase-history: one region is far away; its p99 stands out, and at times the caller gives up.
  - checkout -> payment: every sixth attempt fails and is made again; the map counts attempts, the shop sells anyway.
  - cart forgets the trace headers: its edges stay exact, but its calls to catalog begin traces of their own.
  - 127.0.0.60 -> catalog: a caller without a tap; the address is all that is known of it.
  - 127.0.0.70 -> purchase-history: another one, which has no business there. docs/walk.md keeps it out, step by step.
  - shipping-api has no tap: only the caller's side is seen.

  ${style.bold('Try next')}   ${style.dim('(in another terminal)')}
  node cli/tapmesh.mjs graph --api ${apiUrl}
  node cli/tapmesh.mjs tail --api ${apiUrl} --outcome failed
  export TAPMESH_TOKEN=$(cat ${mesh.tokenFile})   ${style.dim('(what changes something needs it: docs/walk.md)')}
  node cli/tapmesh.mjs tap --service mine --listen 8080 --to 127.0.0.1:3000 --collector ${mesh.collectorUrl} --token-file ${mesh.tokenFile}
`
}

const TRACE_POLL_MS = 500
const TRACE_POLLS_MAX = 60

/** Prints one trace worth opening as soon as the store has it. */
async function pointToTrace(terminal: Terminal, { mesh }: Demo, stop: AbortSignal): Promise<void> {
  const api = createApi(mesh.apiUrl)
  for (let poll = 0; poll < TRACE_POLLS_MAX && !stop.aborted; poll++) {
    const filters = { source: 'checkout', destination: 'shipping-api', from: 'now-5m', limit: 1 }
    const found = await api.get<CallsAnswer>('/api/v1/calls', filters).catch(() => undefined)
    const trace = found?.calls[0]?.trace_id
    if (trace !== undefined) {
      terminal.out(`A whole order as one trace: ${terminal.style.cyan(`${mesh.apiUrl}/trace/${trace}`)}`)
      return
    }
    await delay(TRACE_POLL_MS, undefined, { signal: stop }).catch(() => undefined)
  }
}

const PROOF_PATIENCE_MS = 30_000

async function hasPolicy({ mesh }: Demo): Promise<boolean> {
  const { document } = await createApi(mesh.apiUrl).get<ConfigAnswer>('/api/v1/config')
  return document !== ''
}

/** Ends the load and says, edge by edge, whether every call that was made was recorded once. */
async function compare(terminal: Terminal, demo: Demo, folder: string): Promise<void> {
  const made = await demo.fleet.endLoad()
  const proof = await prove(createApi(demo.mesh.apiUrl), made, demo.since, PROOF_PATIENCE_MS)
  writeFileSync(join(folder, 'ledger.json'), JSON.stringify(proof, null, 2))
  const rows = Object.keys({ ...proof.made, ...proof.recorded }).map((edge) => [
    edge,
    count(proof.made[edge] ?? 0),
    count(proof.recorded[edge] ?? 0),
    proof.otherSide[edge] === undefined ? '' : count(proof.otherSide[edge]),
  ])
  const right = 'right' as const
  const columns = [
    { title: 'edge', flexible: true },
    { title: 'made', align: right },
    { title: 'recorded', align: right },
    { title: 'other side', align: right },
  ]
  terminal.out(table(columns, rows, terminal.width(), terminal.style.bold).join('\n'))
  const total = Object.values(made).reduce((sum, calls) => sum + calls, 0)
  if (proof.differences.length === 0) {
    terminal.out(`load ended: ${count(total)} calls made, every one recorded exactly once`)
    return
  }
  const list = proof.differences.map(
    ({ edge, ...both }) => `${edge}: made ${both.made}, recorded ${both.recorded}`,
  )
  terminal.out(`load ended: ${count(total)} calls made; these edges differ: ${list.join('; ')}`)
  if (await hasPolicy(demo)) {
    terminal.out(
      'A policy is set, and what a tap sends again is a call of its own; --fresh begins without one.',
    )
  }
  terminal.exit(EXIT.finding)
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}

async function run(terminal: Terminal, options: DemoCommandOptions): Promise<void> {
  const begin = performance.now()
  const steps = stepPrinter(terminal, 4)
  const wish = endWish(() => process.exit(EXIT.internal))
  const { startDemo } = await import('../../demo/demo.ts')
  const demo = await startDemo({
    home: options.data,
    port: options.port,
    collectorPort: options.collectorPort,
    fresh: options.fresh === true,
    tapProgram: options.tap,
    onStep: steps.next,
    onNote: (text) => terminal.error(terminal.style.yellow(`      ${text}`)),
  })
  const stop = new AbortController()
  try {
    steps.next(`load: ${options.rate} visits a second`)
    demo.fleet.startLoad(options.rate)
    steps.end()
    terminal.out(`listening api ${demo.mesh.apiUrl}`)
    terminal.out(`listening collector ${demo.mesh.collectorUrl}`)
    terminal.out(welcome(terminal, demo))
    terminal.out(`Ready after ${seconds(begin)}. Ctrl-C ends everything; the data is kept.`)
    const pointing = pointToTrace(terminal, demo, stop.signal)
    const limit =
      options.duration === undefined ? undefined : delay(options.duration * 1000, 'duration', { ref: false })
    const reason = await Promise.race(limit === undefined ? [wish.asked] : [wish.asked, limit])
    stop.abort()
    await pointing
    if (reason === 'duration') {
      await compare(terminal, demo, demoFolder(options.data))
      if (options.stay === true) await wish.asked
    }
  } finally {
    terminal.out('Ending …')
    await demo.stop()
    wish.done()
    terminal.out('Everything has ended.')
  }
}
