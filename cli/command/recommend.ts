import type { Command } from 'commander'
import type { RecommendationAnswer } from '../../graph-api/contract.ts'
import { EXIT, TapmeshError } from '../../model/error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions, WindowOptions } from './shared-option.ts'
import { apiCommand, withWindow } from './shared-option.ts'

interface RecommendOptions extends ApiOptions, WindowOptions {
  against?: string
}

export function recommendCommand(terminal: Terminal): Command {
  const command = apiCommand('recommend', 'least privilege for a service, proposed from recorded calls')
  return withWindow(command.argument('<service>', 'called service'), 'now-30d')
    .option('--against <policy>', 'show what would change in this policy; exits with 1 where something would')
    .addHelpText(
      'after',
      `
Writes a policy to the standard output; nothing is ever applied by itself. What never ended well is
not granted, and what is rare or whose caller nobody names is listed for you to decide.

Examples:
  tapmesh recommend cart > proposed.yaml && tapmesh backtest proposed.yaml
  tapmesh recommend cart --from now-90d --against policy.yaml`,
    )
    .action((service: string, options: RecommendOptions) => run(terminal, service, options))
}

async function run(terminal: Terminal, service: string, options: RecommendOptions): Promise<void> {
  const { from, to, against } = options
  const api = apiOf(terminal, options.api)
  const answer = await api.get<RecommendationAnswer>('/api/v1/recommendations', { service, from, to })
  if (options.json === true) {
    terminal.out(JSON.stringify(answer, null, 2))
    return
  }
  if (answer.calls === 0) {
    throw new TapmeshError(
      'TAPMESH_NOT_FOUND',
      `no call to ${service} was recorded in the window`,
      'Look further back with --from now-90d; "tapmesh graph" names the services.',
    )
  }
  const { recommendationText } = await import('../print/recommendation.ts')
  const text = recommendationText(answer)
  if (against === undefined) {
    terminal.out(text)
    return
  }
  const { loadPolicy, readPolicyText } = await import('../../policy/policy-file.ts')
  const { diffAuthorization } = await import('../../policy/diff.ts')
  const { diffLines } = await import('../print/policy.ts')
  const proposed = readPolicyText('the proposal', text)
  const changes = diffAuthorization((await loadPolicy(against)).policy, proposed.policy, service)
  terminal.out(diffLines(changes, terminal).join('\n'))
  if (changes.length > 0) terminal.exit(EXIT.finding)
}
