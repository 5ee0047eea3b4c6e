import type { BacktestAnswer, BacktestLine, BacktestProgress, ErrorAnswer } from '../../graph-api/contract.ts'
import { ERROR_CODES, type ErrorCode, TapmeshError } from '../../model/error.ts'

/** Asks the API for a back-test and follows its progress line by line. */

export interface BacktestAsk {
  address: string
  token: string | undefined
  policy: string
  name: string
  from: string
  to: string
  onProgress: (progress: BacktestProgress) => void
}

function refusal({ code, message, hint }: ErrorAnswer['error']): TapmeshError {
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'TAPMESH_INTERNAL'
  return new TapmeshError(known, message, hint)
}

function unavailable(address: string, cause: unknown): TapmeshError {
  return new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `no tapmesh API answers at ${address}`,
    'Start one with "tapmesh up", or name another with --api or TAPMESH_API; "tapmesh doctor" looks closer.',
    { cause },
  )
}

async function ask({ address, token, policy, name, from, to }: BacktestAsk): Promise<Response> {
  try {
    return await fetch(`${address}/api/v1/backtest`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/x-ndjson',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ policy, name, from, to }),
    })
  } catch (error) {
    throw unavailable(address, error)
  }
}

/** @throws TapmeshError with the API's own code, or TAPMESH_PEER_UNAVAILABLE where nothing answers */
export async function askBacktest(asked: BacktestAsk): Promise<BacktestAnswer> {
  const response = await ask(asked)
  if (!response.ok) {
    const body = (await response.json().catch(() => undefined)) as ErrorAnswer | undefined
    throw body?.error === undefined ? unavailable(asked.address, response.status) : refusal(body.error)
  }
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body!) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      const told = JSON.parse(line) as BacktestLine
      if ('answer' in told) return told.answer
      if ('error' in told) throw refusal(told.error)
      asked.onProgress(told.progress)
    }
  }
  throw unavailable(asked.address, 'the answer ended before its last line')
}
