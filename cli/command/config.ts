import { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

export function configCommand(terminal: Terminal): Command {
  const lint = new Command('lint')
    .description('check a configuration file of a tap without starting anything')
    .argument('<file>', 'YAML or JSON')
    .option('--json', 'for programs: the checked settings as JSON')
    .addHelpText(
      'after',
      `
Prints nothing but one line when all is well. Otherwise names file, line and key, and exits with 64.

Example:
  tapmesh config lint tap.yaml`,
    )
    .action(async (file: string, options: { json?: boolean }) => {
      const { lintTapFile } = await import('../config-lint.ts')
      const { summary, settings } = await lintTapFile(file, terminal.environment)
      terminal.out(options.json === true ? JSON.stringify(settings, null, 2) : summary)
    })
  return new Command('config').description('look at configuration files').addCommand(lint)
}
