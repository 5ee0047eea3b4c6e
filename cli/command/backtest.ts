import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { BacktestProgress } from '../../graph-api/contract.ts'
import { EXIT } from '../../model/error.ts'
import { count } from '../print/quantity.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions, WindowOptions } from './shared-option.ts'
import { apiCommand, withWindow } from './shared-option.ts'

interface BacktestOptions extends ApiOptions, WindowOptions {
  tokenFile?: string
}

export function backtestCommand(terminal: Terminal): Command {
  const command = apiCommand('backtest', 'what a policy would have done to recorded calls; changes nothing')
  return withWindow(command.argument('<policy>', 'YAML'), 'now-30d')
    .option('--token-file <file>', 'token of the API (default: TAPMESH_TOKEN, else .tapmesh/token)')
    .addHelpText(
      'after',
      `
Exits with 1 where a call would have been denied, shed, or cut although it ended well. Ctrl-C cancels it.

Examples:
  tapmesh backtest policy.yaml
  tapmesh backtest policy.yaml --from now-7d --json | jq '.features[].rows[] | select(.good > 0)'`,
    )
    .action((file: string, options: BacktestOptions) => run(terminal, file, options))
}

/** One line that is written over again; nothing where nobody watches. */
function progressLine(terminal: Terminal): { show(progress: BacktestProgress): void; clear(): void } {
  if (!terminal.interactive) return { show: () => undefined, clear: () => undefined }
  return {
    show({ phase, done, total }) {
      const percent = total === 0 ? 100 : Math.floor((done / total) * 100)
      const word = phase === 'summary' ? 'counting' : 'replaying'
      process.stderr.write(`\r\x1b[2K${word} ${count(done)} of ${count(total)} calls, ${percent} %`)
    },
    clear: () => void process.stderr.write('\r\x1b[2K'),
  }
}

async function run(terminal: Terminal, file: string, options: BacktestOptions): Promise<void> {
  const { loadPolicy } = await import('../../policy/policy-file.ts')
  const { findToken } = await import('../../tap-proxy/config/token.ts')
  const { askBacktest } = await import('../client/backtest.ts')
  const { backtestLines } = await import('../print/backtest.ts')
  // Mistakes are told before anything is asked, with the file as it is called here.
  await loadPolicy(file)
  const { address } = apiOf(terminal, options.api)
  const { from, to, tokenFile } = options
  const token = await findToken({ url: address, token: undefined, tokenFile }, terminal.environment)
  const progress = progressLine(terminal)
  const policy = await readFile(file, 'utf8')
  try {
    const answer = await askBacktest({
      ...{ address, token, policy, from, to },
      name: file.replaceAll(/[^\x20-\x7e]/g, '?').slice(-256),
      onProgress: progress.show,
    })
    progress.clear()
    terminal.out(
      options.json === true ? JSON.stringify(answer, null, 2) : backtestLines(answer, terminal).join('\n'),
    )
    if (answer.would_lose > 0) terminal.exit(EXIT.finding)
  } catch (error) {
    progress.clear()
    throw error
  }
}
