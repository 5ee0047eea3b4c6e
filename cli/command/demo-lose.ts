import { Command } from 'commander'
import { demoFolder, readNote } from '../../demo/note.ts'
import { TapmeshError } from '../../model/error.ts'
import { createApi } from '../client/api.ts'
import { readToken, tokenFileOf } from '../mesh/token.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `tapmesh demo lose` and `bring-back`: a server of the running demo goes away, and comes again. */

const SAID = {
  lost: (instance: string) => `${instance} is gone. Its tap stays, and answers 503 (UF) in its place.`,
  back: (instance: string) => `${instance} answers again.`,
}

/** @throws TapmeshError TAPMESH_PEER_UNAVAILABLE where no demo runs there, TAPMESH_USAGE for an unknown instance */
async function ask(terminal: Terminal, data: string, instance: string, wish: 'lost' | 'back'): Promise<void> {
  const folder = demoFolder(data)
  const note = readNote(folder)
  if (note === undefined) {
    throw new TapmeshError(
      'TAPMESH_PEER_UNAVAILABLE',
      `no demo runs with its data in ${folder}`,
      'Start one with "tapmesh demo", or name its folder with --data.',
    )
  }
  const token = readToken(tokenFileOf(folder))
  await createApi(note.remote).send('PUT', `/instances/${encodeURIComponent(instance)}/${wish}`, {}, token)
  terminal.out(SAID[wish](instance))
}

function part(terminal: Terminal, name: string, summary: string, wish: 'lost' | 'back'): Command {
  return new Command(name)
    .description(summary)
    .argument('<instance>', 'like purchase-history@eu')
    .option('--data <folder>', 'data folder that the demo was started with', '.tapmesh')
    .action((instance: string, _own: object, command: Command) =>
      ask(terminal, command.optsWithGlobals()['data'] as string, instance, wish),
    )
}

export function loseCommand(terminal: Terminal): Command {
  return part(terminal, 'lose', 'take the server of one instance of the running demo away', 'lost')
}

export function bringBackCommand(terminal: Terminal): Command {
  return part(terminal, 'bring-back', 'start the server of a lost instance again', 'back')
}
