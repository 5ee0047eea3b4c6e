import { Command } from 'commander'
import type { Terminal } from '../terminal/terminal.ts'

interface UpgradeOptions {
  tokenFile?: string
  json?: boolean
}

export function upgradeCommand(terminal: Terminal): Command {
  return new Command('upgrade')
    .description('a tap is followed by a new process on the same sockets: no call is refused or broken')
    .argument('<address>', 'admin address of the tap, for example 127.0.0.1:7402')
    .option('--token-file <file>', 'token of the tap (default: TAPMESH_TOKEN, else .tapmesh/token)')
    .option('--json', 'for programs: one JSON document')
    .addHelpText(
      'after',
      `
Put the new tap, or the new Node, in place of the old one first: the tap starts the command that it was
started with once more. The process before takes no new connections and leaves when its own have ended, after
upgradeGrace at the latest. If the new one does not become ready, the one before serves on.
Without a token the same is done by: kill -URG <pid of the tap>. See docs/upgrade.md.

Example:
  tapmesh upgrade 127.0.0.1:7402`,
    )
    .action((address: string, options: UpgradeOptions) => run(terminal, address, options))
}

async function run(terminal: Terminal, words: string, options: UpgradeOptions): Promise<void> {
  const { adminAddress, askUpgrade } = await import('../client/tap-admin.ts')
  const { findToken } = await import('../../tap-proxy/config/token.ts')
  const address = adminAddress(words)
  const places = { token: undefined, tokenFile: options.tokenFile, url: address }
  const answer = await askUpgrade(address, await findToken(places, terminal.environment))
  if (options.json === true) terminal.out(JSON.stringify(answer, null, 2))
  else {
    const { tap, before, after } = answer
    terminal.out(`${tap}: process ${after} serves; process ${before} leaves when its connections have ended`)
  }
}
