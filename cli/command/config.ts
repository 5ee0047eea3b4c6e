import { Command } from 'commander'
import type { ConfigAnswer } from '../../model/enforcement.ts'
import { EXIT } from '../../model/error.ts'
import { apiOf, type Terminal } from '../terminal/terminal.ts'
import {
  getCommand,
  historyCommand,
  rearmCommand,
  setCommand,
  switchCommand,
  undoCommand,
} from './config-live.ts'
import { type ApiOptions, apiCommand } from './shared-option.ts'

function lintCommand(terminal: Terminal): Command {
  return new Command('lint')
    .description('check a policy, or the configuration of a tap, without starting anything')
    .argument('<file>', 'YAML or JSON')
    .option('--json', 'for programs: the checked settings as JSON')
    .addHelpText(
      'after',
      `
Prints nothing but one line when all is well. Otherwise names file, line and key, and exits with 64.
A file that begins with "version: tapmesh/v1" is a policy.

Examples:
  tapmesh config lint tap.yaml
  tapmesh config lint policy.yaml`,
    )
    .action(async (file: string, options: { json?: boolean }) => {
      const { lintFile } = await import('./config-lint.ts')
      const { summary, settings } = await lintFile(file, terminal.environment)
      terminal.out(options.json === true ? JSON.stringify(settings, null, 2) : summary)
    })
}

function explainCommand(terminal: Terminal): Command {
  return new Command('explain')
    .description('what holds for one feature of a service, and which line of the policy says so')
    .argument('<service.feature>', 'like payment.retries')
    .argument('<file>', 'the policy')
    .option('--caller <service>', 'for calls of this service', '')
    .option('--json', 'for programs: one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  tapmesh config explain payment.retries policy.yaml
  tapmesh config explain cart.timeouts policy.yaml --caller batch`,
    )
    .action(async (target: string, file: string, options: { caller: string; json?: boolean }) => {
      const { explainFeature, targetOf } = await import('../../policy/explain.ts')
      const { loadPolicy } = await import('../../policy/policy-file.ts')
      const { service, feature } = targetOf(target)
      const rows = explainFeature(await loadPolicy(file), service, feature, options.caller)
      if (options.json === true) {
        terminal.out(JSON.stringify({ service, feature, caller: options.caller, values: rows }, null, 2))
        return
      }
      const { explainLines } = await import('../print/policy.ts')
      terminal.out(explainLines(feature, rows, terminal).join('\n'))
    })
}

function diffCommand(terminal: Terminal): Command {
  return apiCommand('diff', 'what changes for calls between two policies; exits with 1 where something does')
    .argument('<before>', 'a policy; alone: what it would change in the running mesh')
    .argument('[after]', 'another')
    .addHelpText(
      'after',
      `
Compares what holds, defaults included, not how it is written.

Examples:
  tapmesh config diff policy.yaml proposed.yaml
  tapmesh config diff proposed.yaml`,
    )
    .action((before: string, after: string | undefined, options: ApiOptions) =>
      diff(terminal, before, after, options),
    )
}

async function diff(
  terminal: Terminal,
  before: string,
  after: string | undefined,
  options: ApiOptions,
): Promise<void> {
  const { diffPolicies } = await import('../../policy/diff.ts')
  const { loadPolicy } = await import('../../policy/policy-file.ts')
  const { readDocument } = await import('../../control/standing.ts')
  const live = async () => {
    const { document } = await apiOf(terminal, options.api).get<ConfigAnswer>('/api/v1/config')
    return readDocument(document)
  }
  const proposed = await loadPolicy(after ?? before)
  const old = after === undefined ? await live() : await loadPolicy(before)
  const changes = diffPolicies(old.policy, proposed.policy)
  const { diffLines } = await import('../print/policy.ts')
  terminal.out(
    options.json === true ? JSON.stringify(changes, null, 2) : diffLines(changes, terminal).join('\n'),
  )
  if (changes.length > 0) terminal.exit(EXIT.finding)
}

export function configCommand(terminal: Terminal): Command {
  return new Command('config')
    .description('the policy of the mesh, and configuration files')
    .addCommand(getCommand(terminal))
    .addCommand(setCommand(terminal))
    .addCommand(undoCommand(terminal))
    .addCommand(rearmCommand(terminal))
    .addCommand(switchCommand(terminal))
    .addCommand(historyCommand(terminal))
    .addCommand(lintCommand(terminal))
    .addCommand(explainCommand(terminal))
    .addCommand(diffCommand(terminal))
}
