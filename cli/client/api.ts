import type { ErrorAnswer } from '../../graph-api/contract.ts'
import type { ErrorCode } from '../../model/error.ts'
import { codeOf, ERROR_CODES, TapmeshError } from '../../model/error.ts'

/** The graph API as the commands use it. */
export type Parameters = Readonly<Record<string, string | number | undefined>>

export interface Api {
  /** Without a trailing slash. */
  readonly address: string
  /** @throws TapmeshError with the API's own code, or TAPMESH_PEER_UNAVAILABLE where nothing answers */
  get<Answer>(path: string, parameters?: Parameters): Promise<Answer>
  text(path: string, parameters?: Parameters): Promise<string>
  /** Changes something, which needs the token. @throws TapmeshError as `get` */
  send<Answer>(method: 'PUT' | 'POST', path: string, body: object, token: string | undefined): Promise<Answer>
  /** The answer with its body unread, for streams. `signal` ends it. */
  open(path: string, parameters: Parameters, signal: AbortSignal): Promise<Response>
}

export const DEFAULT_API = 'http://127.0.0.1:7400'
const ANSWER_MS_MAX = 30_000

/** @throws TapmeshError TAPMESH_USAGE for what is no http address */
export function apiAddress(text: string): string {
  const full = /^https?:\/\//.test(text) ? text : `http://${text}`
  if (!URL.canParse(full)) {
    throw new TapmeshError(
      'TAPMESH_USAGE',
      `"${text}" is not an address of the API`,
      `Write it like ${DEFAULT_API}, with --api or in TAPMESH_API.`,
    )
  }
  return new URL(full).origin
}

function unavailable(address: string, cause: unknown): TapmeshError {
  const inner = (cause as { cause?: unknown } | undefined)?.cause ?? cause
  const reason =
    codeOf(inner) === 'TAPMESH_INTERNAL' ? String((inner as Error)?.message ?? inner) : codeOf(inner)
  return new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `no tapmesh API answers at ${address} (${reason})`,
    'Start one with "tapmesh up", or name another with --api or TAPMESH_API; "tapmesh doctor" looks closer.',
    { cause },
  )
}

async function refusal(response: Response, url: string): Promise<TapmeshError> {
  const body = await response.text()
  try {
    const { error } = JSON.parse(body) as ErrorAnswer
    const code = (error.code in ERROR_CODES ? error.code : 'TAPMESH_INTERNAL') as ErrorCode
    return new TapmeshError(code, error.message, error.hint)
  } catch {
    return new TapmeshError(
      'TAPMESH_PEER_UNAVAILABLE',
      `${url} answered ${response.status} and not as a tapmesh API does`,
      'See that --api or TAPMESH_API names the address that "tapmesh up" printed.',
    )
  }
}

export function createApi(address: string): Api {
  async function ask(url: URL, request: RequestInit & { signal: AbortSignal }): Promise<Response> {
    let response: Response
    try {
      response = await fetch(url, request)
    } catch (error) {
      const { signal } = request
      if (signal.aborted && signal.reason?.name === 'AbortError') throw error
      throw unavailable(address, error)
    }
    if (!response.ok) throw await refusal(response, String(url))
    return response
  }
  async function open(path: string, parameters: Parameters, signal: AbortSignal): Promise<Response> {
    const url = new URL(path, address)
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
    }
    return ask(url, { signal })
  }
  async function answerOf<Answer>(response: Response): Promise<Answer> {
    const body = await response.text()
    try {
      return JSON.parse(body) as Answer
    } catch (error) {
      throw unavailable(address, error)
    }
  }
  const bounded = () => AbortSignal.timeout(ANSWER_MS_MAX)
  return {
    address,
    open,
    async get<Answer>(path: string, parameters: Parameters = {}) {
      return answerOf<Answer>(await open(path, parameters, bounded()))
    },
    async send<Answer>(method: 'PUT' | 'POST', path: string, body: object, token: string | undefined) {
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      }
      const request = { method, headers, body: JSON.stringify(body), signal: bounded() }
      return answerOf<Answer>(await ask(new URL(path, address), request))
    },
    async text(path, parameters = {}) {
      return await (await open(path, parameters, bounded())).text()
    },
  }
}
