import type { Command } from 'commander'
import type { AuditAnswer } from '../../model/enforcement.ts'
import { EXIT } from '../../model/error.ts'
import { apiOf, type Terminal } from '../terminal/terminal.ts'
import { type ApiOptions, apiCommand, wholeNumber } from './shared-option.ts'

interface AuditOptions extends ApiOptions {
  limit: number
  verify?: boolean
}

export function auditCommand(terminal: Terminal): Command {
  return apiCommand('audit', 'who changed what of the policy, when and why; newest first')
    .option('--limit <n>', 'most entries', wholeNumber(1, 1000), 20)
    .option('--verify', 'only whether the chain of entries holds, and its newest hash')
    .addHelpText(
      'after',
      `
Each entry holds the one before by its hash: exits with 1 where one was changed, taken away or put in.
Note the newest hash elsewhere; it also shows a chain that was made anew as a whole.

Examples:
  tapmesh audit --verify
  tapmesh audit --json | jq '.entries[] | select(.auto)'`,
    )
    .action((options: AuditOptions) => run(terminal, options))
}

async function run(terminal: Terminal, { api, json, limit, verify }: AuditOptions): Promise<void> {
  const answer = await apiOf(terminal, api).get<AuditAnswer>('/api/v1/audit', { limit: verify ? 1 : limit })
  const { auditLines, chainLine } = await import('../print/config.ts')
  const lines = [...(verify ? [] : auditLines(answer.entries, terminal)), chainLine(answer, terminal)]
  terminal.out(json === true ? JSON.stringify(answer, null, 2) : lines.join('\n'))
  if (!answer.intact) terminal.exit(EXIT.finding)
}
