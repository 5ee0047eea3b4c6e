import { createRequire } from 'node:module'
import { codeOf, EXIT } from '../model/error.ts'
import { runProgram } from './program.ts'
import { terminalOfProcess } from './terminal/terminal.ts'

/** `tapmesh …`, started by cli/tapmesh.mjs or build/setup.mjs under the repository's own Node. */

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

// The reader of a pipe went away (`tapmesh calls | head`): nothing is wrong, and nothing is left to do.
process.stdout.on('error', (error) => {
  process.exit(codeOf(error) === 'EPIPE' ? EXIT.done : EXIT.internal)
})

// The set-up step holds the other end of this channel. When it is killed outright, this is the only sign.
const endToo = () => process.kill(process.pid, 'SIGTERM')
if (process.connected) {
  process.on('disconnect', endToo)
  process.channel?.unref()
}

await runProgram(process.argv.slice(2), terminalOfProcess(), version)
process.off('disconnect', endToo)
if (process.connected) process.disconnect()
