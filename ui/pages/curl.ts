import type { Call } from '../../graph-api/contract.ts'
import { shellWord } from '../parts/same-view.tsx'

const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE'])

/**
 * The call as a curl command that a person can complete: method, address and path are known, query
 * string, headers and body were never recorded.
 */
export function curlOf(call: Call): string {
  const address = call.destination_instance || `${call.destination}:80`
  const words = ['curl', '-i']
  if (call.method === 'HEAD') words.push('-I')
  else if (call.method !== 'GET') words.push('-X', shellWord(call.method))
  if (!BODILESS.has(call.method)) words.push('-d', "''")
  words.push(shellWord(`http://${address}${call.path}`))
  return words.join(' ')
}
