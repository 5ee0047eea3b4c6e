import { signal } from '@preact/signals'
import { recall, remember } from '../state/memory.ts'
import { knownToken } from '../state/token.ts'
import { ApiError, apiAddress, errorOf } from './api.ts'
import { again } from './resource.ts'

/** Changes of what is in force: each needs the token, and every page asks again once one was made. */

/** Who changes, as he says: kept by this browser, written into the audit. */
export const actor = signal(recall('local', 'actor') ?? '')
actor.subscribe((name) => remember('local', 'actor', name))

/** @throws ApiError in the API's own words */
export async function change<Answer>(path: string, body: object, method = 'POST'): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(apiAddress(path), {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${knownToken() ?? ''}` },
      body: JSON.stringify(actor.value.trim() === '' ? body : { ...body, actor: actor.value.trim() }),
    })
  } catch {
    throw new ApiError(
      0,
      'TAPMESH_PEER_UNAVAILABLE',
      'the API does not answer, so it is not known whether the change was made',
      'Look at the audit before you try again.',
    )
  }
  if (!response.ok) throw await errorOf(response)
  const answer = (await response.json()) as Answer
  again.value++
  return answer
}
