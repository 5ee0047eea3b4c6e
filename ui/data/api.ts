import type { ErrorAnswer } from '../../graph-api/contract.ts'
import { knownToken } from '../state/token.ts'

/** Requests to the API of the same origin, and their errors in the API's own words. */

export class ApiError extends Error {
  readonly code: string
  readonly hint: string
  readonly status: number

  constructor(status: number, code: string, message: string, hint: string) {
    super(message)
    this.status = status
    this.code = code
    this.hint = hint
  }
}

/** The error of an answer that is not well. */
export async function errorOf(response: Response): Promise<ApiError> {
  const answer = (await response.json().catch(() => undefined)) as Partial<ErrorAnswer> | undefined
  const { code, message, hint } = answer?.error ?? { code: '', message: '', hint: '' }
  return new ApiError(
    response.status,
    code || 'TAPMESH_PEER_UNAVAILABLE',
    message || `the API answered ${response.status}`,
    hint || 'See the Status page and the log of the collector.',
  )
}

/** `/api/v1/<path>?<query>`; empty and undefined parameters are left out. */
export function apiAddress(path: string, query: Record<string, string | undefined> = {}): string {
  const all = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value) all.set(name, value)
  const text = all.toString()
  return `/api/v1/${path}${text === '' ? '' : `?${text}`}`
}

/** @throws ApiError with the API's code and hint, or one that says that nobody answered */
export async function getJson<T>(address: string, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(address, {
      headers: { accept: 'application/json' },
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(
      0,
      'TAPMESH_PEER_UNAVAILABLE',
      'the API does not answer',
      'Is `tapmesh up` still running? The page tries again by itself.',
    )
  }
  if (!response.ok) throw await errorOf(response)
  return (await response.json()) as T
}

/** @throws ApiError; needs a known token */
export async function putJson(address: string, body: unknown): Promise<void> {
  const response = await fetch(address, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${knownToken() ?? ''}` },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw await errorOf(response)
}
