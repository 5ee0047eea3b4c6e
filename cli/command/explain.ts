import { type Command, InvalidArgumentError } from 'commander'
import { REPORTERS } from '../../model/call.ts'
import type { WhyAnswer } from '../../model/enforcement.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import { type ApiOptions, apiCommand, type WindowOptions, withWindow } from './shared-option.ts'

const ID = new RegExp(`^[0-9a-f]{16}\\.(?:${REPORTERS.join('|')})$`)

function callId(text: string): string {
  if (!ID.test(text))
    throw new InvalidArgumentError('An id is like b7ad6b7169203331.server; see "tapmesh calls --json".')
  return text
}

export function explainCommand(terminal: Terminal): Command {
  const command = apiCommand('explain', 'why a policy said or did what it did to one call')
  return withWindow(command, 'now-7d')
    .argument('<id>', 'id of the call', callId)
    .addHelpText(
      'after',
      `
Exits with 1 where the call is not in the store.

Examples:
  tapmesh explain b7ad6b7169203331.server
  tapmesh explain $(tapmesh calls --acted deny --limit 1 --json | jq -r .id)`,
    )
    .action(async (id: string, { api, json, from, to }: ApiOptions & WindowOptions) => {
      const answer = await apiOf(terminal, api).get<WhyAnswer>(`/api/v1/calls/${id}/why`, { from, to })
      const { whyLines } = await import('../print/enforcement.ts')
      terminal.out(json === true ? JSON.stringify(answer, null, 2) : whyLines(answer, terminal).join('\n'))
    })
}
