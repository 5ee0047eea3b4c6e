import { type Command, InvalidArgumentError } from 'commander'
import type { TraceAnswer } from '../../graph-api/contract.ts'
import { waterfall } from '../print/waterfall.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions } from './shared-option.ts'
import { apiCommand } from './shared-option.ts'

function traceId(text: string): string {
  const id = text.toLowerCase()
  if (!/^[0-9a-f]{32}$/.test(id)) throw new InvalidArgumentError('A trace id is 32 hex digits.')
  return id
}

export function traceCommand(terminal: Terminal): Command {
  return apiCommand('trace', 'one trace as a waterfall, both sides of every call')
    .argument('<id>', 'trace id, 32 hex digits', traceId)
    .addHelpText(
      'after',
      `
Examples:
  tapmesh trace 4bf92f3577b34da6a3ce929d0e0e4736
  tapmesh trace $(tapmesh calls --outcome failed --limit 1 --json | jq -r .trace_id)`,
    )
    .action(async (id: string, options: ApiOptions) => {
      const trace = await apiOf(terminal, options.api).get<TraceAnswer>(`/api/v1/traces/${id}`)
      if (options.json === true) terminal.out(JSON.stringify(trace, null, 2))
      else terminal.out(waterfall(trace, terminal.style, terminal.width()).join('\n'))
    })
}
