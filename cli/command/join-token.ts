import type { Command } from 'commander'
import { reasonOf } from '../../control/reason.ts'
import type { JoinTokenAnswer } from '../../model/identity.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import { type ApiOptions, apiCommand } from './shared-option.ts'

interface JoinTokenOptions extends ApiOptions {
  tap?: string
  reason?: string
  actor?: string
  tokenFile?: string
}

export function joinTokenCommand(terminal: Terminal): Command {
  return apiCommand('join-token', "admit a tap to the mesh's own CA: one tap, within ten minutes")
    .argument('<service>', 'the service that the tap speaks for')
    .option('--tap <name>', 'only the tap of this name may use it')
    .option('--reason <text>', 'why; kept in the audit, needed')
    .option('--actor <name>', 'who, for the audit (default: USER)')
    .option('--token-file <file>', 'token of the API (default: TAPMESH_TOKEN, else .tapmesh/token)')
    .addHelpText(
      'after',
      `
Writes the token alone to the standard output; what it is good for goes to the error output. The tap
makes its key itself, and renews its certificate by that key.

Examples:
  tapmesh join-token orders --reason "first tap of orders"
  TAPMESH_JOIN_TOKEN=$(tapmesh join-token orders --reason "new host") tapmesh tap --service orders …`,
    )
    .action((service: string, options: JoinTokenOptions) => run(terminal, service, options))
}

async function run(terminal: Terminal, service: string, options: JoinTokenOptions): Promise<void> {
  const reason = reasonOf(options.reason)
  const { findToken } = await import('../../tap-proxy/config/token.ts')
  const api = apiOf(terminal, options.api)
  const { environment } = terminal
  const places = { url: api.address, token: undefined, tokenFile: options.tokenFile }
  const token = await findToken(places, environment)
  const actor = (options.actor ?? environment['USER'])?.slice(0, 100)
  const ask = { service, tap: options.tap, reason, actor }
  const answer = await api.send<JoinTokenAnswer>('POST', '/api/v1/join-tokens', ask, token)
  if (options.json === true) {
    terminal.out(JSON.stringify(answer, null, 2))
    return
  }
  terminal.out(answer.token)
  const whose = answer.tap === null ? 'one tap' : `tap ${answer.tap}`
  terminal.error(`${answer.id} for ${whose}, until ${answer.expires_at}; it is not shown again.`)
}
