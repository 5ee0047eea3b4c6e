import { codeOf, ERROR_CODES, type ErrorCode, TapmeshError } from '../../model/error.ts'
import type { BypassAnswer } from '../../tap-proxy/bypass-route.ts'
import type { IdentityDescription } from '../../tap-proxy/identity/describe-identity.ts'
import { ADMIN_PORT_FIRST, ADMIN_PORTS_TRIED } from '../../tap-proxy/settings.ts'
import type { UpgradeAnswer } from '../../tap-proxy/upgrade-route.ts'

/** The admin ports of taps, as the command line asks them. */

const ANSWER_MS_MAX = 3_000
/** A successor has 30 s to become ready. */
const UPGRADE_MS_MAX = 35_000

/** `7402`, `127.0.0.1:7402` or a whole address. @throws TapmeshError TAPMESH_USAGE */
export function adminAddress(text: string): string {
  const full = /^https?:\/\//.test(text) ? text : `http://${/^\d+$/.test(text) ? `127.0.0.1:${text}` : text}`
  if (URL.canParse(full)) return new URL(full).origin
  throw new TapmeshError(
    'TAPMESH_USAGE',
    `"${text}" is not the admin address of a tap`,
    'Write it as the tap printed it: listening admin http://127.0.0.1:7402.',
  )
}

function isAnswer(answer: unknown): answer is BypassAnswer {
  const { tap, bypassed, by } = (answer ?? {}) as Partial<BypassAnswer>
  return typeof tap === 'string' && typeof bypassed === 'boolean' && Array.isArray(by)
}

function refusalOf(body: unknown): TapmeshError | undefined {
  const { error } = (body ?? {}) as { error?: { code: string; message: string; hint: string } }
  if (error === undefined || !Object.hasOwn(ERROR_CODES, error.code)) return undefined
  return new TapmeshError(error.code as ErrorCode, String(error.message), String(error.hint))
}

/**
 * How the kill switch of a tap stands, or what it is turned to.
 * @param wish undefined asks only
 * @throws TapmeshError of the tap, or TAPMESH_PEER_UNAVAILABLE
 */
export async function askBypass(
  address: string,
  wish: boolean | undefined,
  token: string | undefined,
): Promise<BypassAnswer> {
  let body: unknown
  try {
    const response = await fetch(`${address}/bypass`, {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...(wish === undefined ? {} : { method: 'POST', body: JSON.stringify({ bypass: wish }) }),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
    body = await response.json()
  } catch (cause) {
    throw noTap(address, cause)
  }
  const refusal = refusalOf(body)
  if (refusal !== undefined) throw refusal
  if (isAnswer(body)) return body
  throw new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `what answers at ${address} is not the admin port of a tap`,
    'Name the admin address that the tap printed.',
  )
}

/**
 * Asks a tap to start its successor, and waits until that one serves.
 * @throws TapmeshError of the tap, or TAPMESH_PEER_UNAVAILABLE
 */
export async function askUpgrade(address: string, token: string | undefined): Promise<UpgradeAnswer> {
  let body: unknown
  try {
    const response = await fetch(`${address}/upgrade`, {
      signal: AbortSignal.timeout(UPGRADE_MS_MAX),
      method: 'POST',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
    body = await response.json()
  } catch (cause) {
    throw noTap(address, cause)
  }
  const refusal = refusalOf(body)
  if (refusal !== undefined) throw refusal
  const { before, after } = (body ?? {}) as Partial<UpgradeAnswer>
  if (typeof before === 'number' && typeof after === 'number') return body as UpgradeAnswer
  throw noTap(address, { code: 'another answer' })
}

/** The certificate of a tap; null where it has none. @throws TapmeshError TAPMESH_PEER_UNAVAILABLE */
export async function askIdentity(address: string): Promise<IdentityDescription | null> {
  let body: unknown
  try {
    const response = await fetch(`${address}/identity`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) })
    body = await response.json()
  } catch (cause) {
    throw noTap(address, cause)
  }
  const { id, bundle } = (body ?? {}) as Partial<IdentityDescription>
  if (body === null || (typeof id === 'string' && Array.isArray(bundle)))
    return body as IdentityDescription | null
  throw noTap(address, { code: 'another answer' })
}

function noTap(address: string, cause: unknown): TapmeshError {
  const inner = (cause as { cause?: unknown }).cause ?? cause
  return new TapmeshError(
    'TAPMESH_PEER_UNAVAILABLE',
    `no tap answers at ${address} (${codeOf(inner)})`,
    'Name the admin address that the tap printed, or send its process SIGUSR2.',
    { cause },
  )
}

/** Addresses of the taps on this machine whose admin ports are where taps take them by themselves. */
export async function localTaps(): Promise<string[]> {
  const ports = Array.from({ length: ADMIN_PORTS_TRIED + 1 }, (_, index) => ADMIN_PORT_FIRST + index)
  const found = await Promise.all(
    ports.map(async (port) => {
      const address = adminAddress(String(port))
      return await askBypass(address, undefined, undefined).then(
        () => [address],
        () => [],
      )
    }),
  )
  return found.flat()
}
