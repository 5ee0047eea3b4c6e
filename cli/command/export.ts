import { Command } from 'commander'
import type { Terminal } from '../terminal/terminal.ts'

export function exportCommand(terminal: Terminal): Command {
  const rules = new Command('rules')
    .description('rules for Prometheus: burn of the objectives in a file, and alerts on it')
    .argument('<file>', 'the file given to tapmesh up --config')
    .addHelpText(
      'after',
      `
Writes YAML to the standard output; promtool check rules takes it as it is.

Example:
  tapmesh export rules mesh.yaml > /etc/prometheus/rules/tapmesh-slo.yml`,
    )
    .action(async (file: string) => {
      const { loadMeshFile } = await import('../mesh/mesh-file.ts')
      const { burnRules } = await import('../../dashboards/burn-rules.ts')
      const { slos } = await loadMeshFile(file)
      terminal.out(burnRules(slos).trimEnd())
    })
  return new Command('export').description('what is known here, for other systems').addCommand(rules)
}
