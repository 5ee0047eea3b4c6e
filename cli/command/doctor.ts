import { join } from 'node:path'
import type { Command } from 'commander'
import { canBind } from '../../demo/loopback.ts'
import type { StatusAnswer } from '../../graph-api/contract.ts'
import { EXIT, TapmeshError } from '../../model/error.ts'
import type { Api } from '../client/api.ts'
import type { Finding } from '../doctor/finding.ts'
import { fault, note, ok } from '../doctor/finding.ts'
import {
  checkBuilt,
  checkDataFolder,
  checkDisk,
  checkNode,
  checkStoreEngine,
  checkToken,
} from '../doctor/machine.ts'
import { meshFindings } from '../doctor/mesh-status.ts'
import { plain } from '../print/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions } from './shared-option.ts'
import { apiCommand } from './shared-option.ts'

interface DoctorOptions extends ApiOptions {
  data: string
  collector: string
}

const ROOT = join(import.meta.dirname, '..', '..')
const ANSWER_MS_MAX = 3_000

export function doctorCommand(terminal: Terminal): Command {
  return apiCommand('doctor', 'what is running, what is missing, and the command that mends it')
    .option('--data <folder>', 'data folder to look at', '.tapmesh')
    .option('--collector <address>', 'collector to look for', 'http://127.0.0.1:7401')
    .addHelpText(
      'after',
      `
Exits with 1 when something needs mending.

Examples:
  tapmesh doctor
  tapmesh doctor --api http://10.0.0.5:7400 --json`,
    )
    .action((options: DoctorOptions) => run(terminal, options))
}

/** Whoever answers there at all, even with an error, is a listening program. */
async function answers(address: string): Promise<boolean> {
  return await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS_MAX) }).then(
    async (response) => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )
}

async function checkCollector(address: string): Promise<Finding> {
  if (await answers(address)) return ok('Collector', `answers at ${address}`)
  const { hostname, port } = new URL(address)
  const local = /^(127\.|localhost$)/.test(hostname)
  if (local && !(await canBind('127.0.0.1', Number(port)))) {
    return fault('Collector', `another program holds port ${port}`, 'tapmesh up --collector-port 0')
  }
  return note('Collector', `nothing answers at ${address}`, 'tapmesh up')
}

async function checkApi(api: Api, now: number): Promise<Finding[]> {
  try {
    const status = await api.get<StatusAnswer>('/api/v1/status')
    return [ok('API', `answers at ${api.address}, version ${status.version}`), ...meshFindings(status, now)]
  } catch (error) {
    if (!(await answers(api.address))) return [note('API', `nothing answers at ${api.address}`, 'tapmesh up')]
    const { message } = error as TapmeshError
    return [fault('API', `${api.address}: ${message}`, 'tapmesh up --port 0    uses a free port')]
  }
}

function findingLines(found: readonly Finding[], { style }: Pick<Terminal, 'style'>): string[] {
  const width = Math.max(...found.map(({ check }) => check.length))
  const mark = { ok: style.green('ok   '), note: style.yellow('note '), fault: style.red('FAULT') }
  return found.flatMap(({ check, state, detail, fix }) => {
    const line = `${mark[state]}  ${plain(check).padEnd(width)}  ${plain(detail)}`
    return fix === '' ? [line] : [line, `       ${' '.repeat(width)}  ${style.bold('->')} ${fix}`]
  })
}

async function run(terminal: Terminal, options: DoctorOptions): Promise<void> {
  if (!URL.canParse(options.collector)) {
    throw new TapmeshError(
      'TAPMESH_USAGE',
      `"${options.collector}" is not an address`,
      'Write it like http://127.0.0.1:7401.',
    )
  }
  const found: Finding[] = [
    checkNode(process.versions.node),
    checkStoreEngine(terminal.environment['CLICKHOUSE_URL'], ROOT),
    checkBuilt(ROOT),
    checkDataFolder(options.data),
    checkDisk(options.data),
    checkToken(options.data),
    await checkCollector(options.collector),
    ...(await checkApi(apiOf(terminal, options.api), Date.now())),
  ]
  if (options.json === true) terminal.out(JSON.stringify(found, null, 2))
  else terminal.out(findingLines(found, terminal).join('\n'))
  if (found.some(({ state }) => state === 'fault')) terminal.exit(EXIT.finding)
}
