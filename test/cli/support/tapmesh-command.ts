import { runProgram } from '../../../cli/program.ts'
import { createStyle } from '../../../cli/terminal/style.ts'
import type { Terminal } from '../../../cli/terminal/terminal.ts'

/** What a command line wrote and how it ended. */
export interface Ran {
  out: string
  error: string
  exit: number
}

/** Runs one command line in this process, as the program would: plain text, 140 columns. */
export async function runTapmesh(args: string[], more: Partial<Terminal> = {}): Promise<Ran> {
  const ran: Ran = { out: '', error: '', exit: 0 }
  const terminal: Terminal = {
    out: (text) => {
      ran.out += `${text}\n`
    },
    error: (text) => {
      ran.error += `${text}\n`
    },
    style: createStyle(false),
    interactive: false,
    width: () => 140,
    environment: {},
    exit: (code) => {
      ran.exit = code
    },
    ...more,
  }
  await runProgram(args, terminal, '1.2.3')
  return ran
}
