import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runTap } from './run.ts'

export { runTap }

/** True where this file, or the single file it was built into, is the program itself. */
function isProgram(): boolean {
  const program = process.argv[1]
  if (program === undefined) return false
  try {
    return realpathSync(program) === fileURLToPath(import.meta.url)
  } catch {
    return false
  }
}

if (isProgram()) {
  const words = process.argv.slice(2)
  void runTap(words[0] === 'tap' ? words.slice(1) : words)
}
