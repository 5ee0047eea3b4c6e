import { Command } from 'commander'
import { EXIT, TapmeshError } from '../../model/error.ts'
import type { IdentityDescription } from '../../tap-proxy/identity/describe-identity.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface IdentityOptions {
  files?: string
  json?: boolean
}

export function identityCommand(terminal: Terminal): Command {
  return new Command('identity')
    .description('the certificate of a tap, when it ends, and which CAs it trusts')
    .argument('[tap]', 'admin address of a tap, like 127.0.0.1:7402')
    .option('--files <folder>', 'look at tls.crt, tls.key and ca.crt of a folder instead')
    .option('--json', 'for programs: one JSON document')
    .addHelpText(
      'after',
      `
Exits with 1 where the tap has no certificate, and with 64 where the files of a folder do not fit
together; what is wrong with them is said in words.

Examples:
  tapmesh identity 127.0.0.1:7402
  tapmesh identity --files /etc/tapmesh/tls`,
    )
    .action((tap: string | undefined, options: IdentityOptions) => run(terminal, tap, options))
}

async function run(terminal: Terminal, tap: string | undefined, options: IdentityOptions): Promise<void> {
  const found = await lookAt(tap, options.files)
  if (options.json === true) terminal.out(JSON.stringify(found, null, 2))
  else terminal.out(found === null ? 'no certificate' : (await lines(terminal, found)).join('\n'))
  if (found === null) terminal.exit(EXIT.finding)
}

async function lookAt(
  tap: string | undefined,
  files: string | undefined,
): Promise<IdentityDescription | null> {
  if ((tap === undefined) === (files === undefined)) {
    throw new TapmeshError(
      'TAPMESH_USAGE',
      'name the admin address of a tap, or a folder with --files',
      'Write: tapmesh identity 127.0.0.1:7402, or tapmesh identity --files <folder>.',
    )
  }
  if (files === undefined) {
    const { adminAddress, askIdentity } = await import('../client/tap-admin.ts')
    return askIdentity(adminAddress(tap!))
  }
  const { readIdentityFolder } = await import('../../tap-proxy/identity/file-source.ts')
  const { describeIdentity } = await import('../../tap-proxy/identity/describe-identity.ts')
  return describeIdentity(await readIdentityFolder(files, Date.now()))
}

async function lines(terminal: Terminal, found: IdentityDescription): Promise<string[]> {
  const { table } = await import('../print/table.ts')
  const columns = [{ title: 'trusted CA', flexible: true }, { title: 'until' }, { title: 'fingerprint' }]
  const rows = found.bundle.map(({ subject, not_after, fingerprint }) => [subject, not_after, fingerprint])
  return [
    terminal.style.bold(found.id),
    `from ${found.not_before} until ${found.not_after}, serial ${found.serial}`,
    '',
    ...table(columns, rows, terminal.width(), terminal.style.dim),
  ]
}
