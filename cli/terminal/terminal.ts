import type { Api } from '../client/api.ts'
import { apiAddress, createApi, DEFAULT_API } from '../client/api.ts'
import type { Style } from './style.ts'
import { createStyle, wantsColour } from './style.ts'

/** What every command is given: where to write, how wide, how coloured, the environment, and how it ends. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
  readonly style: Style
  readonly interactive: boolean
  /** Characters a line may have. Asked for anew each time, since a window changes its size. */
  width(): number
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Sets the exit code without ending: what is written still gets out. */
  exit(code: number): void
}

const WIDTH_WITHOUT_TERMINAL = 160
const WIDTH_MIN = 40

export function terminalOfProcess(): Terminal {
  const { stdout, stderr, env } = process
  return {
    out: (text) => void stdout.write(`${text}\n`),
    error: (text) => void stderr.write(`${text}\n`),
    style: createStyle(wantsColour(stdout, env)),
    interactive: stdout.isTTY === true,
    width: () => Math.max(WIDTH_MIN, stdout.columns ?? (Number(env['COLUMNS']) || WIDTH_WITHOUT_TERMINAL)),
    environment: env,
    exit(code) {
      process.exitCode = code
    },
  }
}

/** The API that `--api` or TAPMESH_API names, else the default one. */
export function apiOf(terminal: Terminal, option: string | undefined): Api {
  return createApi(apiAddress(option ?? terminal.environment['TAPMESH_API'] ?? DEFAULT_API))
}
