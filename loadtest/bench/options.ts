import { parseArgs } from 'node:util'
import { TapmeshError } from '../../model/error.ts'
import type { BenchOptions } from './round/measure.ts'

/** Medians of fewer rounds are not reported as measured. */
export const ROUNDS_DEFAULT = 5
export const SECONDS_DEFAULT = 4

/**
 * Reads `npm run bench -- [names] --rounds 5 --seconds 4 --quick --full --peers nginx,tap --stores DIR`.
 * @throws TapmeshError TAPMESH_USAGE for an unknown flag, an unknown name or a number out of bounds
 */
export function parseOptions(words: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parsed(words)
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new TapmeshError(
      'TAPMESH_USAGE',
      `no bench is called ${unknown.join(', ')}`,
      `The benches are: ${known.join(' ')}.`,
    )
  }
  const quick = values.quick === true
  return {
    names: positionals,
    rounds: numberOf('rounds', values.rounds, quick ? 1 : ROUNDS_DEFAULT, 101),
    seconds: numberOf('seconds', values.seconds, quick ? 1 : SECONDS_DEFAULT, 600),
    quick,
    full: values.full === true,
    peers: values.peers?.split(',').filter(Boolean) ?? [],
    stores: values.stores,
  }
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        quick: { type: 'boolean' },
        full: { type: 'boolean' },
        peers: { type: 'string' },
        stores: { type: 'string' },
      },
    })
  } catch (cause) {
    throw new TapmeshError(
      'TAPMESH_USAGE',
      (cause as Error).message,
      'npm run bench -- [names] [--rounds 5] [--seconds 4] [--quick] [--full] [--peers nginx,tap] [--stores DIR]',
      { cause },
    )
  }
}

function numberOf(flag: string, text: string | undefined, standard: number, max: number): number {
  if (text === undefined) return standard
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= max) return value
  throw new TapmeshError('TAPMESH_USAGE', `--${flag} is ${text}`, `Give a whole number from 1 to ${max}.`)
}
