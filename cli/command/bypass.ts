import { Command } from 'commander'
import { describeError, EXIT, TapmeshError } from '../../model/error.ts'
import type { BypassAnswer } from '../../tap-proxy/bypass-route.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface BypassOptions {
  allLocal?: boolean
  tokenFile?: string
  json?: boolean
}

interface Turned {
  address: string
  answer?: BypassAnswer
  error?: unknown
}

export function bypassCommand(terminal: Terminal): Command {
  return new Command('bypass')
    .description('the kill switch of taps: calls are relayed, nothing is judged or enforced')
    .argument('[words...]', 'admin address of a tap, then on or off; without on and off it is only asked')
    .option('--all-local', 'every tap on this machine with an admin port from 7402 to 7502')
    .option('--token-file <file>', 'token of the taps (default: TAPMESH_TOKEN, else .tapmesh/token)')
    .option('--json', 'for programs: one JSON document')
    .addHelpText(
      'after',
      `
It holds until it is turned off or the tap is started again. The same without this command:
  kill -USR2 <pid of the tap>     turns it on, and off again
  touch <file of --bypass-file>   on while the file is there

Exits with 1 where a tap is still bypassed after off: by its file, or by control.

Examples:
  tapmesh bypass 127.0.0.1:7402 on
  tapmesh bypass --all-local on
  tapmesh bypass --all-local`,
    )
    .action((words: string[], options: BypassOptions) => run(terminal, words, options))
}

/** @throws TapmeshError TAPMESH_USAGE */
function read(words: readonly string[], allLocal: boolean): { address: string; wish: boolean | undefined } {
  const last = words.at(-1)
  const wish = last === 'on' ? true : last === 'off' ? false : undefined
  const [address = '', ...rest] = wish === undefined ? words : words.slice(0, -1)
  if (rest.length === 0 && (address === '') === allLocal) return { address, wish }
  throw new TapmeshError(
    'TAPMESH_USAGE',
    allLocal ? `beside --all-local stands on, off or nothing, not "${address}"` : 'which tap is meant?',
    'Write: tapmesh bypass 127.0.0.1:7402 on, or tapmesh bypass --all-local on.',
  )
}

async function run(terminal: Terminal, words: readonly string[], options: BypassOptions): Promise<void> {
  const { address, wish } = read(words, options.allLocal === true)
  const { adminAddress, askBypass, localTaps } = await import('../client/tap-admin.ts')
  const { findToken } = await import('../../tap-proxy/config/token.ts')
  const addresses = address === '' ? await localTaps() : [adminAddress(address)]
  if (addresses.length === 0) {
    throw new TapmeshError(
      'TAPMESH_NOT_FOUND',
      'no tap answers on the admin ports from 7402 to 7502 of this machine',
      'Taps with another admin port are named by it: tapmesh bypass 127.0.0.1:<port> on.',
    )
  }
  const places = { token: undefined, tokenFile: options.tokenFile, url: addresses[0]! }
  const token = wish === undefined ? undefined : await findToken(places, terminal.environment)
  const turned = await Promise.all(
    addresses.map(async (each): Promise<Turned> => {
      try {
        return { address: each, answer: await askBypass(each, wish, token) }
      } catch (error) {
        return { address: each, error }
      }
    }),
  )
  if (address !== '' && turned[0]!.error !== undefined) throw turned[0]!.error
  if (options.json === true) terminal.out(JSON.stringify(turned.map(forPrograms), null, 2))
  else await print(terminal, turned)
  if (turned.some(({ error }) => error !== undefined)) terminal.exit(EXIT.unavailable)
  else if (wish === false && turned.some(({ answer }) => answer?.bypassed)) terminal.exit(EXIT.finding)
}

function forPrograms({ address, answer, error }: Turned): object {
  return { address, ...answer, ...(error === undefined ? {} : { error: describeError(error) }) }
}

async function print(terminal: Terminal, turned: readonly Turned[]): Promise<void> {
  const { table } = await import('../print/table.ts')
  const rows = turned.map(({ address, answer, error }) => [
    answer?.tap ?? '',
    address,
    answer === undefined
      ? describeError(error).split('\n')[0]!
      : answer.bypassed
        ? `bypassed by ${answer.by.join(', ')}`
        : 'judges calls as its policy says',
  ])
  const columns = [{ title: 'tap' }, { title: 'admin' }, { title: 'state', flexible: true }]
  terminal.out(table(columns, rows, terminal.width(), terminal.style.dim).join('\n'))
}
