import { loadTapFile } from '../tap-proxy/config/load.ts'
import { oneError } from '../tap-proxy/document/yaml-document.ts'
import type { TapSettings } from '../tap-proxy/settings.ts'

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

/**
 * Checks a tap's file.
 * @throws TapmeshError with every mistake in its message, one a line
 */
export async function lintTapFile(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Linted> {
  const loaded = await loadTapFile(file, environment)
  if (!('mistakes' in loaded)) {
    return { summary: summaryOf(file, loaded.settings), settings: printable(loaded.settings) }
  }
  throw oneError(file, loaded.mistakes, 'Mend them and run "tapmesh config lint" again.')
}
