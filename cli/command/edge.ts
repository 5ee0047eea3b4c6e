import type { Command } from 'commander'
import type { EdgeAnswer } from '../../graph-api/contract.ts'
import { edgeDetailLines } from '../print/detail.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions, WindowOptions } from './shared-option.ts'
import { apiCommand, withWindow } from './shared-option.ts'

export function edgeCommand(terminal: Terminal): Command {
  return withWindow(
    apiCommand('edge', 'the calls from one service to another, from both sides, with traces to look at'),
    'now-15m',
  )
    .argument('<source>', 'calling service')
    .argument('<destination>', 'called service')
    .addHelpText(
      'after',
      `
Examples:
  tapmesh edge checkout payment
  tapmesh edge checkout payment --from now-1h --json | jq .network_p50_us`,
    )
    .action(async (source: string, destination: string, options: ApiOptions & WindowOptions) => {
      const { from, to } = options
      const path = `/api/v1/edges/${encodeURIComponent(source)}/${encodeURIComponent(destination)}`
      const answer = await apiOf(terminal, options.api).get<EdgeAnswer>(path, { from, to })
      if (options.json === true) terminal.out(JSON.stringify(answer, null, 2))
      else terminal.out(edgeDetailLines(answer, terminal.style, terminal.width()).join('\n'))
    })
}
