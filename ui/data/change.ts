import { knownToken } from '../state/token.ts'
import { ApiError, apiAddress, errorOf } from './api.ts'
import { again } from './resource.ts'

/** Changes of what is in force: each needs the token, and every page asks again once one was made. */

/** @throws ApiError in the API's own words */
export async function change<Answer>(path: string, body: unknown, method = 'POST'): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(apiAddress(path), {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${knownToken() ?? ''}` },
      body: JSON.stringify(body),
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
