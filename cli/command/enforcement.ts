import type { Command } from 'commander'
import type { EnforcementAnswer } from '../../model/enforcement.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import { type ApiOptions, apiCommand, type WindowOptions, withWindow } from './shared-option.ts'

export function enforcementCommand(terminal: Terminal): Command {
  const command = apiCommand(
    'enforcement',
    'what the policy asks for, what is in force of it, what it said and did',
  )
  return withWindow(command, 'now-15m')
    .addHelpText(
      'after',
      `
Examples:
  tapmesh enforcement
  tapmesh enforcement --from now-24h --json | jq '.cells[] | select(.latched)'`,
    )
    .action(async ({ api, json, from, to }: ApiOptions & WindowOptions) => {
      const answer = await apiOf(terminal, api).get<EnforcementAnswer>('/api/v1/enforcement', { from, to })
      const { enforcementLines } = await import('../print/enforcement.ts')
      terminal.out(
        json === true ? JSON.stringify(answer, null, 2) : enforcementLines(answer, terminal).join('\n'),
      )
    })
}
