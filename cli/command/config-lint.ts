import { readFile } from 'node:fs/promises'
import { oneError } from '../../document/yaml-document.ts'
import { loadPolicy, modesOf } from '../../policy/policy-file.ts'
import { loadTapFile } from '../../tap-proxy/config/load.ts'
import type { TapSettings } from '../../tap-proxy/settings.ts'

export interface Linted {
  /** One line for people. */
  summary: string
  /** The settings as JSON can write them, the token left out. */
  settings: Record<string, unknown>
}

/** What would be listened on and sent where, without the secret. */
function printable(settings: TapSettings): Record<string, unknown> {
  const { collector, callers, ...rest } = settings
  const { token, ...shown } = collector ?? { token: undefined }
  return {
    ...rest,
    callers: Object.fromEntries(callers),
    ...(collector ? { collector: { ...shown, token: token === undefined ? 'none' : 'set' } } : {}),
  }
}

function summaryOf(file: string, settings: TapSettings): string {
  const count = (kind: string) => settings.listeners.filter((listener) => listener.kind === kind).length
  const parts = (['inbound', 'outbound', 'forward-proxy'] as const)
    .map((kind) => [count(kind), kind] as const)
    .filter(([number]) => number > 0)
    .map(([number, kind]) => `${number} ${kind}`)
  const target = settings.collector === undefined ? 'no collector' : `collector ${settings.collector.url}`
  return `${file}: well; tap of ${settings.service}, listeners: ${parts.join(', ')}; ${target}`
}

/** What only a policy has at its start of a line; everything else is read as the file of a tap. */
const POLICY_MARK = /^(?:\{?\s*["']?version["']?:\s*["']?tapmesh\/|services:)/m

async function lintPolicy(file: string): Promise<Linted> {
  const { policy } = await loadPolicy(file)
  const modes = modesOf(policy)
  const parts = Object.entries(modes)
    .filter(([, count]) => count > 0)
    .map(([mode, count]) => `${count} ${mode}`)
  const settings = parts.length === 0 ? 'nothing set' : parts.join(', ')
  const note =
    modes.enforce > 0
      ? '\n  What is enforced acts once it is set: tapmesh config set. Back-test it first.'
      : ''
  const services = Object.fromEntries(
    [...policy.services].map(([name, { features, callers }]) => [
      name,
      { ...features, ...(callers.size > 0 ? { callers: Object.fromEntries(callers) } : {}) },
    ]),
  )
  return {
    summary: `${file}: well; policy for ${policy.services.size} services, features: ${settings}${note}`,
    settings: { trustDomain: policy.trustDomain, services },
  }
}

/** Checks a file, whichever it is: a policy or the file of a tap. */
export async function lintFile(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Linted> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return POLICY_MARK.test(text) ? lintPolicy(file) : lintTapFile(file, environment)
}

/**
 * Checks a tap's file.
 * @throws TapmeshError with every mistake in its message, one a line
 */
async function lintTapFile(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Linted> {
  const loaded = await loadTapFile(file, environment)
  if (!('mistakes' in loaded)) {
    return { summary: summaryOf(file, loaded.settings), settings: printable(loaded.settings) }
  }
  throw oneError(file, loaded.mistakes, 'Mend them and run "tapmesh config lint" again.')
}
