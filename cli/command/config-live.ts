import { readFile } from 'node:fs/promises'
import { Argument, type Command } from 'commander'
import { reasonOf } from '../../control/reason.ts'
import type {
  ConfigAnswer,
  ConfigChanged,
  ConfigHistoryAnswer,
  ConfigRevisionAnswer,
} from '../../model/enforcement.ts'
import { codeOf, TapmeshError } from '../../model/error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import { type ApiOptions, apiCommand, wholeNumber } from './shared-option.ts'

/** The part of `tapmesh config` that asks the policy of the running mesh, and changes it. */

interface ChangeOptions extends ApiOptions {
  reason?: string
  actor?: string
  tokenFile?: string
}

const PATH = '/api/v1/config'

function withReason(command: Command): Command {
  return command
    .option('--reason <text>', 'why; kept in the audit, needed')
    .option('--actor <name>', 'who, for the audit (default: USER)')
    .option('--token-file <file>', 'token of the API (default: TAPMESH_TOKEN, else .tapmesh/token)')
}

/** Sends a change and tells what came of it. @throws TapmeshError TAPMESH_REASON_MISSING before anything is sent */
async function change(
  terminal: Terminal,
  options: ChangeOptions,
  method: 'PUT' | 'POST',
  path: string,
  body: object,
  /** What to tell where the document stays as it is. */
  said?: string,
): Promise<void> {
  const reason = reasonOf(options.reason)
  const { findToken } = await import('../../tap-proxy/config/token.ts')
  const api = apiOf(terminal, options.api)
  const { environment } = terminal
  const token = await findToken(
    { url: api.address, token: undefined, tokenFile: options.tokenFile },
    environment,
  )
  const actor = (options.actor ?? environment['USER'])?.slice(0, 100)
  const answer = await api.send<ConfigChanged>(method, path, { ...body, reason, actor }, token)
  if (options.json === true) {
    terminal.out(JSON.stringify(answer, null, 2))
    return
  }
  const { diffLines } = await import('../print/policy.ts')
  const lines = said === undefined ? diffLines(answer.changes, terminal) : [said]
  terminal.out([...lines, `revision ${answer.revision}`].join('\n'))
}

export function getCommand(terminal: Terminal): Command {
  return apiCommand('get', 'the policy that holds in the running mesh')
    .argument('[target]', 'only a service, or service.feature')
    .option('--revision <name>', 'as it was at a revision of "config history"')
    .addHelpText(
      'after',
      `
Writes the document to the standard output as it was set, and who set it to the error output.

Examples:
  tapmesh config get > policy.yaml
  tapmesh config get payment.retries
  tapmesh config get --revision 5f0c1d2e.7`,
    )
    .action((target: string | undefined, options: ApiOptions & { revision?: string }) =>
      get(terminal, target, options),
    )
}

async function get(
  terminal: Terminal,
  target: string | undefined,
  options: ApiOptions & { revision?: string },
): Promise<void> {
  const api = apiOf(terminal, options.api)
  const { revision } = options
  const answer =
    revision === undefined
      ? await api.get<ConfigAnswer>(PATH)
      : await api.get<ConfigRevisionAnswer>(`${PATH}/${encodeURIComponent(revision)}`)
  if (options.json === true && target === undefined) {
    terminal.out(JSON.stringify(answer, null, 2))
    return
  }
  const { documentNote, NOTHING_SET, targetLines } = await import('../print/config.ts')
  if (answer.document === '') {
    terminal.out(NOTHING_SET)
    return
  }
  if (target === undefined) {
    terminal.error(terminal.style.dim(documentNote(answer)))
    terminal.out(answer.document.replace(/\n$/, ''))
    return
  }
  terminal.out(targetLines(answer.document, target, options.json === true, terminal).join('\n'))
}

interface SetOptions extends ChangeOptions {
  base?: string
  caller?: string
  yesDenyAll?: boolean
}

export function setCommand(terminal: Terminal): Command {
  const command = apiCommand('set', 'change the policy of the running mesh: all of it, or one feature')
    .argument('<file or target>', 'a policy, or service.feature with the settings behind it')
    .argument('[settings...]', 'like mode=dry-run percent=10; name= takes one out')
    .option('--base <revision>', 'refuse where the policy changed since')
    .option('--caller <service>', 'only for calls of this service')
    .option('--yes-deny-all', 'take a policy that would deny every call to a service')
  return withReason(command)
    .addHelpText(
      'after',
      `
Prints what changes for calls and the new revision. Comments and order of the document stay.

Examples:
  tapmesh config set policy.yaml --reason "first rehearsal"
  tapmesh config set cart.timeouts mode=dry-run request=800ms --reason "p99.9 is 400 ms"
  tapmesh config set cart.timeouts percent=10 --caller batch --reason "batch may be slow"`,
    )
    .action((what: string, settings: string[], options: SetOptions) => set(terminal, what, settings, options))
}

async function set(
  terminal: Terminal,
  what: string,
  settings: readonly string[],
  options: SetOptions,
): Promise<void> {
  const more = { base_revision: options.base, yes_deny_all: options.yesDenyAll }
  if (settings.length === 0) {
    const document = await policyOf(what)
    return change(terminal, options, 'PUT', PATH, { document, ...more })
  }
  const { targetOf } = await import('../../policy/explain.ts')
  const { service, feature } = targetOf(what)
  const body = { service, feature, caller: options.caller, set: settingsOf(settings), ...more }
  return change(terminal, options, 'POST', `${PATH}/edit`, body)
}

/** The text of a file that was checked here first: mistakes name the file as it is called here. */
async function policyOf(file: string): Promise<string> {
  const { loadPolicy } = await import('../../policy/policy-file.ts')
  try {
    await loadPolicy(file)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) !== 'TAPMESH_CONFIG_UNREADABLE') throw error
    throw new TapmeshError(
      'TAPMESH_CONFIG_UNREADABLE',
      `there is no file ${file}`,
      'Name a policy, or a feature with settings: tapmesh config set cart.timeouts mode=dry-run request=2s',
      { cause: error },
    )
  }
}

/** @throws TapmeshError TAPMESH_USAGE */
function settingsOf(settings: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    settings.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) {
        throw new TapmeshError('TAPMESH_USAGE', `"${text}" is not a setting`, 'Write it like mode=dry-run.')
      }
      return [text.slice(0, at), at === text.length - 1 ? null : text.slice(at + 1)]
    }),
  )
}

export function undoCommand(terminal: Terminal): Command {
  const command = apiCommand('undo', 'the document before the newest change again, as a new revision')
  return withReason(command.option('--base <revision>', 'refuse where the policy changed since')).action(
    (options: SetOptions) =>
      change(terminal, options, 'POST', `${PATH}/undo`, { base_revision: options.base }),
  )
}

export function rearmCommand(terminal: Terminal): Command {
  const command = apiCommand('rearm', 'take the latch off a feature that a guard put back to dry-run')
  return withReason(command.argument('<service.feature>', 'like payment.retries')).action(
    async (target: string, options: ChangeOptions) => {
      const { targetOf } = await import('../../policy/explain.ts')
      const said = `The latch of ${target} is off.`
      await change(terminal, options, 'POST', `${PATH}/rearm`, targetOf(target), said)
    },
  )
}

const SWITCHED: Readonly<Record<string, string>> = {
  on: 'Everything is switched off: nothing is judged, nothing is enforced.',
  off: 'What the policy says holds again.',
}

export function switchCommand(terminal: Terminal): Command {
  const command = apiCommand('bypass', 'switch everything off in the whole mesh at once, or on again')
  return withReason(
    command.addArgument(new Argument('<state>', 'on: nothing is judged or enforced').choices(['on', 'off'])),
  )
    .addHelpText(
      'after',
      `
The document stays as it is. "tapmesh bypass" does the same for a single tap, without control.

Example:
  tapmesh config bypass on --reason "trouble in checkout"`,
    )
    .action((state: string, options: ChangeOptions) =>
      change(terminal, options, 'POST', `${PATH}/bypass`, { on: state === 'on' }, SWITCHED[state]),
    )
}

export function historyCommand(terminal: Terminal): Command {
  return apiCommand('history', 'who changed the policy, when and why, newest first')
    .option('--limit <n>', 'most revisions', wholeNumber(1, 1000), 20)
    .action(async (options: ApiOptions & { limit: number }) => {
      const answer = await apiOf(terminal, options.api).get<ConfigHistoryAnswer>(`${PATH}/history`, {
        limit: options.limit,
      })
      const { historyLines } = await import('../print/config.ts')
      terminal.out(
        options.json === true
          ? JSON.stringify(answer, null, 2)
          : historyLines(answer.revisions, terminal).join('\n'),
      )
    })
}
