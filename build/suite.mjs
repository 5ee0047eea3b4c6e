import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { nodeOf, runProgram } from './program.mjs'

/** System programs that some tests use as the other side; without them those tests are skipped, never failed. */
const SYSTEM_PROGRAMS = [
  ['nginx', 'a real program behind the tap'],
  ['haproxy', 'side by side with the tap'],
  ['wrk', 'load'],
  ['chromium', 'browser tests (a packaged Chromium is used instead)'],
  ['prometheus', 'scrapes of /metrics'],
  ['curl', 'a real client'],
  ['python3', 'a real program behind the tap'],
]

export function missingPrograms(path = process.env.PATH ?? '') {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  const present = (name) =>
    folders.some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return true
      } catch {
        return false
      }
    })
  return SYSTEM_PROGRAMS.filter(([name]) => !present(name))
}

const BIOME = ['node_modules/@biomejs/biome/bin/biome']
const TSC = ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.']
const JEST = ['node_modules/jest/bin/jest.js']

async function inOrder(root, programs) {
  let worst = 0
  for (const [title, args] of programs) {
    process.stderr.write(`${title} …\n`)
    const code = await runProgram(nodeOf(root), args, { root })
    if (code !== 0) process.stderr.write(`${title} FAILED (exit code ${code})\n`)
    worst = worst === 0 ? code : worst
    if (code > 128) break
  }
  return worst
}

/** Lint, format and types: what CI runs without tests. */
export function check(root) {
  return inOrder(root, [
    ['Lint and format (biome ci)', [...BIOME, 'ci']],
    ['Types (tsc)', TSC],
  ])
}

/**
 * The whole suite: lint, types, then jest, whose closing line ends the output. With arguments only
 * jest runs and gets them, for work on one test. The exit code is the first failure's.
 */
export async function test(root, args) {
  let checked = 0
  if (args.length === 0) {
    checked = await inOrder(root, [
      ['Lint and format (biome check)', [...BIOME, 'check']],
      ['Types (tsc)', TSC],
    ])
    if (checked > 128) return checked
    for (const [name, use] of missingPrograms()) {
      process.stderr.write(`Not installed: ${name} (${use}); tests that need it are skipped.\n`)
    }
    if (checked !== 0)
      process.stderr.write(
        'The checks above failed, so this run ends with exit code 1 whatever the tests say.\n',
      )
  }
  const jest = await runProgram(nodeOf(root), [...JEST, ...args], { root })
  return jest === 0 ? checked : jest
}

/** Benches and the docs generator are programs of their own; each is run with the arguments it was given. */
export async function runIfPresent(root, file, args) {
  if (!existsSync(join(root, file))) {
    process.stderr.write(`${file} is not part of this checkout.\n`)
    return 64
  }
  return await runProgram(nodeOf(root), [file, ...args], { root, leash: true })
}
