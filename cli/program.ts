import { Command, type CommanderError } from 'commander'
import { codeOf, describeError, EXIT, TapmeshError } from '../model/error.ts'
import { auditCommand } from './command/audit.ts'
import { backtestCommand } from './command/backtest.ts'
import { bypassCommand } from './command/bypass.ts'
import { callsCommand } from './command/calls.ts'
import { configCommand } from './command/config.ts'
import { demoCommand } from './command/demo.ts'
import { doctorCommand } from './command/doctor.ts'
import { edgeCommand } from './command/edge.ts'
import { enforcementCommand } from './command/enforcement.ts'
import { explainCommand } from './command/explain.ts'
import { exportCommand } from './command/export.ts'
import { graphCommand } from './command/graph.ts'
import { identityCommand } from './command/identity.ts'
import { joinTokenCommand } from './command/join-token.ts'
import { mcpCommand } from './command/mcp.ts'
import { recommendCommand } from './command/recommend.ts'
import { serviceCommand } from './command/service.ts'
import { tailCommand } from './command/tail.ts'
import { tapCommand } from './command/tap.ts'
import { topCommand } from './command/top.ts'
import { traceCommand } from './command/trace.ts'
import { upCommand } from './command/up.ts'
import { upgradeCommand } from './command/upgrade.ts'
import { exitCodeOf } from './terminal/exit.ts'
import type { Terminal } from './terminal/terminal.ts'

/** The `tapmesh` command with its parts. Heavy parts are loaded by the command that needs them. */

const EXAMPLES = `
Examples:
  tapmesh demo                                              a shop of services, live on the map
  tapmesh up                                                collector, API and UI
  tapmesh tap --service orders --listen 8080 --to 127.0.0.1:3000
  tapmesh graph                                             what calls what, and how well
  tapmesh doctor                                            what runs, what is missing, how to mend it

Exit codes: 0 done, 1 finding, 64 bad usage or configuration, 69 a peer is unavailable, 70 tapmesh is at fault.`

export function createProgram(terminal: Terminal, version: string): Command {
  const program = new Command('tapmesh')
    .description('Observability-first passive mesh: telemetry before control.')
    .version(version, '-V, --version')
    .addHelpText('after', EXAMPLES)
  const parts = [
    demoCommand,
    upCommand,
    tapCommand,
    graphCommand,
    serviceCommand,
    edgeCommand,
    tailCommand,
    topCommand,
    callsCommand,
    traceCommand,
    mcpCommand,
    doctorCommand,
    configCommand,
    auditCommand,
    backtestCommand,
    recommendCommand,
    joinTokenCommand,
    identityCommand,
    enforcementCommand,
    explainCommand,
    bypassCommand,
    upgradeCommand,
    exportCommand,
  ]
  for (const part of parts) program.addCommand(part(terminal))
  return settle(program, terminal)
}

/** Every command, also the nested ones, writes through the terminal and throws instead of exiting. */
function settle(command: Command, terminal: Terminal): Command {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.replace(/\n$/, '')),
    writeErr: (text) => terminal.error(text.replace(/\n$/, '')),
    // The message is printed once, by runProgram, in the form all errors have.
    outputError: () => undefined,
    getOutHelpWidth: () => Math.min(terminal.width(), 110),
    getErrHelpWidth: () => Math.min(terminal.width(), 110),
  })
  for (const part of command.commands) settle(part as Command, terminal)
  return command
}

const HELP_CODES = new Set(['commander.helpDisplayed', 'commander.version'])

/** Runs one command line (without node and script); all errors end here, as text and exit code. */
export async function runProgram(
  argv: readonly string[],
  terminal: Terminal,
  version: string,
): Promise<void> {
  try {
    await createProgram(terminal, version).parseAsync(argv, { from: 'user' })
  } catch (error) {
    const code = codeOf(error)
    if (HELP_CODES.has(code)) return
    // `tapmesh` or `tapmesh config` alone prints its help, which commander counts as an error.
    if (code === 'commander.help') {
      terminal.exit(EXIT.usage)
      return
    }
    const shown = code.startsWith('commander.') ? usageError(error as CommanderError, argv) : error
    const text = describeError(shown)
    terminal.error(exitCodeOf(shown) === EXIT.internal ? `${text}\n${(shown as Error)?.stack ?? ''}` : text)
    terminal.exit(exitCodeOf(shown))
  }
}

function usageError(error: CommanderError, argv: readonly string[]): TapmeshError {
  const name = argv.find((word) => !word.startsWith('-'))
  const help = name === undefined ? 'tapmesh --help' : `tapmesh ${name} --help`
  return new TapmeshError(
    'TAPMESH_USAGE',
    error.message.replace(/^error: /, '').replaceAll('\n', ' '),
    `See "${help}".`,
    { cause: error },
  )
}
