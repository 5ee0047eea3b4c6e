import { Command } from 'commander'
import type { Terminal } from '../terminal/terminal.ts'

/** The tap reads its own words, since it also exists as a single file without this command line. */
export function tapCommand(_terminal: Terminal): Command {
  return new Command('tap')
    .description('a tap in front of one service (see "tapmesh tap --help")')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { runTap } = await import('../../tap-proxy/main.ts')
      await runTap(words)
    })
}
