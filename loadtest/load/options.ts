import { parseArgs } from 'node:util'
import { TapmeshError } from '../../model/error.ts'
import { SCENARIOS, type ScenarioName } from './scenario.ts'

export interface LoadOptions {
  name: ScenarioName
  target: string
  scale: number
}

const NAMES = Object.keys(SCENARIOS) as ScenarioName[]
const HINT = `Write: npm run load -- <${NAMES.join('|')}> --target http://127.0.0.1:8080 [--scale 0.1]`

function usage(message: string, cause?: unknown): TapmeshError {
  return new TapmeshError('TAPMESH_USAGE', message, HINT, { cause })
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { target: { type: 'string' }, scale: { type: 'string' } },
    })
  } catch (cause) {
    throw usage((cause as Error).message, cause)
  }
}

/** @throws TapmeshError TAPMESH_USAGE */
export function parseOptions(words: readonly string[]): LoadOptions {
  const { values, positionals } = parsed(words)
  const name = NAMES.find((known) => known === positionals[0])
  if (name === undefined || positionals.length !== 1) {
    throw usage(`no scenario is called ${positionals.join(' ') || 'nothing'}`)
  }
  const { target = '', scale = '1' } = values
  if (!/^https?:\/\/[^\s/]+\/?$/.test(target))
    throw usage('--target is not of the form http://127.0.0.1:8080')
  const factor = Number(scale)
  if (!(factor > 0 && factor <= 100)) throw usage('--scale is not a number above 0 and at most 100')
  return { name, target: target.replace(/\/$/, ''), scale: factor }
}
