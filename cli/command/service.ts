import type { Command } from 'commander'
import type { ServiceAnswer } from '../../graph-api/contract.ts'
import { serviceLines } from '../print/detail.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions, WindowOptions } from './shared-option.ts'
import { apiCommand, withWindow } from './shared-option.ts'

export function serviceCommand(terminal: Terminal): Command {
  return withWindow(apiCommand('service', 'one service: signals, callers, dependencies, routes'), 'now-15m')
    .argument('<name>', 'whole name of the service')
    .addHelpText(
      'after',
      `
Examples:
  tapmesh service payment
  tapmesh service payment --from now-24h --json | jq .versions`,
    )
    .action(async (name: string, options: ApiOptions & WindowOptions) => {
      const { from, to } = options
      const path = `/api/v1/services/${encodeURIComponent(name)}`
      const answer = await apiOf(terminal, options.api).get<ServiceAnswer>(path, { from, to })
      if (options.json === true) terminal.out(JSON.stringify(answer, null, 2))
      else terminal.out(serviceLines(answer, terminal.style, terminal.width()).join('\n'))
    })
}
