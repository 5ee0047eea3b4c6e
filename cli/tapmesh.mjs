#!/usr/bin/env node
/** The `tapmesh` command. Runs under any Node from 18 on and hands over to the repository's own. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeSetupError } from '../build/lines.mjs'
import { nodeOf, runProgram } from '../build/program.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

async function main(args) {
  return await runProgram(nodeOf(root), [join(root, 'cli', 'main.ts'), ...args], { root, leash: true })
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error) => {
    process.stderr.write(`${describeSetupError(error)}\n`)
    process.exitCode = 69
  },
)
