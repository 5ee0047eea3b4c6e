import { batch, signal } from '@preact/signals'
import type { BacktestAnswer, BacktestLine, BacktestProgress } from '../../graph-api/contract.ts'
import { ApiError, apiAddress, errorOf } from '../data/api.ts'
import { recall, remember } from '../state/memory.ts'
import { knownToken } from '../state/token.ts'

/** A back-test and its policy: kept while the browser goes to a call and comes back. */

const MEMORY = 'policy'

export const policyText = signal(recall('session', MEMORY) ?? '')
policyText.subscribe((text) => remember('session', MEMORY, text))

/** What comes over the wire, line by line as it arrives. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<BacktestLine> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as BacktestLine
  }
}

const cutShort = (): ApiError =>
  new ApiError(
    0,
    'TAPMESH_PEER_UNAVAILABLE',
    'the API went away before the back-test was done',
    'Is `tapmesh up` still running? Run it again.',
  )

class BacktestRun {
  readonly running = signal(false)
  readonly progress = signal<BacktestProgress | undefined>(undefined)
  readonly answer = signal<BacktestAnswer | undefined>(undefined)
  readonly error = signal<ApiError | undefined>(undefined)
  #stop = new AbortController()

  cancel(): void {
    this.#stop.abort()
  }

  /** Asks for a back-test; what comes of it stands in the signals. */
  async start(policy: string, span: { from: string; to: string }): Promise<void> {
    this.#stop = new AbortController()
    const { signal: stop } = this.#stop
    batch(() => {
      this.running.value = true
      this.progress.value = undefined
      this.answer.value = undefined
      this.error.value = undefined
    })
    try {
      await this.#follow(JSON.stringify({ policy, name: 'policy', ...span }), stop)
    } catch (thrown) {
      if (!stop.aborted) this.error.value = thrown instanceof ApiError ? thrown : cutShort()
    }
    this.running.value = false
  }

  async #follow(body: string, stop: AbortSignal): Promise<void> {
    const response = await fetch(apiAddress('backtest'), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/x-ndjson',
        authorization: `Bearer ${knownToken() ?? ''}`,
      },
      body,
      signal: stop,
    })
    if (!response.ok || !response.body) throw await errorOf(response)
    for await (const line of linesOf(response.body)) {
      if ('progress' in line) this.progress.value = line.progress
      else if ('answer' in line) {
        this.answer.value = line.answer
        return
      } else throw new ApiError(response.status, line.error.code, line.error.message, line.error.hint)
    }
    throw cutShort()
  }
}

export const backtestRun = new BacktestRun()
