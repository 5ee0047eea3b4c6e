import express, { type Response, Router } from 'express'
import { TapmeshError } from '../../model/error.ts'
import { readPolicyText } from '../../policy/policy-file.ts'
import type { Store } from '../../store/store.ts'
import { backtest } from '../backtest/backtest.ts'
import { recommend } from '../backtest/recommend.ts'
import type { BacktestLine } from '../contract.ts'
import { parseWindow } from '../query/window.ts'
import { backtestBody, recommendationParameters } from '../schema/backtest.ts'
import { check } from '../schema/check.ts'
import { noParameters } from '../schema/parameters.ts'
import { BODY_BYTES_MAX } from './answers.ts'
import { knownError } from './error.ts'

export interface BacktestSource {
  store: Store
  /** Wall clock, microseconds. */
  now: () => number
}

const LINES = 'application/x-ndjson'
export const WINDOW_DEFAULT = 'now-30d'
/** The store answers one question at a time; a second back-test would only make both slower. */
export const BACKTESTS_MAX = 1

function busy(): TapmeshError {
  return new TapmeshError(
    'TAPMESH_BACKTEST_BUSY',
    'another back-test is running here',
    'Wait until it is done, or cancel it.',
  )
}

/** Progress line by line, then the answer or the error; the status is 200 by then. */
function lineWriter(response: Response): (line: BacktestLine) => void {
  response.type(LINES)
  return (line) => void response.write(`${JSON.stringify(line)}\n`)
}

/** `GET /recommendations`: least privilege for one service, proposed and never applied. */
export function recommendationRoutes({ store, now }: BacktestSource): Router {
  const router = Router()
  router.get('/recommendations', async (request, response) => {
    const { service, from, to } = check(recommendationParameters, request.query)
    const span = parseWindow(from ?? WINDOW_DEFAULT, to, now())
    response.json(await recommend(store, service, span, now()))
  })
  return router
}

/** `POST /backtest`: changes nothing, but takes a policy and much of the machine, so it needs the token. */
export function backtestRoutes({ store, now }: BacktestSource): Router {
  const router = Router()
  let running = 0
  const body = express.json({ limit: BODY_BYTES_MAX, strict: true, inflate: false })
  router.post('/backtest', body, async (request, response) => {
    check(noParameters, request.query)
    const asked = check(backtestBody, request.body, 'body')
    const span = parseWindow(asked.from ?? WINDOW_DEFAULT, asked.to, now())
    const { policy } = readPolicyText(asked.name ?? 'policy', asked.policy)
    if (running >= BACKTESTS_MAX) throw busy()
    running += 1
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    try {
      const options = { store, policy, span, now, signal: gone.signal }
      if (request.accepts(['application/json', LINES]) !== LINES) {
        response.json(await backtest(options))
        return
      }
      const write = lineWriter(response)
      try {
        write({ answer: await backtest({ ...options, onProgress: (progress) => write({ progress }) }) })
      } catch (error) {
        const { code, message, hint } = knownError(error)
        write({ error: { code, message, hint } })
      }
      response.end()
    } catch (error) {
      // Whoever asked has gone; nobody is left to be told.
      if (!gone.signal.aborted) throw error
    } finally {
      running -= 1
    }
  })
  return router
}
