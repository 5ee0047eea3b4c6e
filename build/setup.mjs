#!/usr/bin/env node
/**
 * The set-up step behind every npm script: installs when node_modules is not what the lock asks
 * for, builds what is stale, then runs the repository's own Node with the right program. Any Node
 * from 18 on can run it; it uses built-ins only, because nothing else may be there yet.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, isInstalled } from './install.mjs'
import { describeSetupError, SetupError, step } from './lines.mjs'
import { staleProducts } from './product.mjs'
import { nodeOf, runProgram } from './program.mjs'
import { check, runIfPresent, test } from './suite.mjs'
import { inTurn } from './turn.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

async function prepare({ build = true, all = false } = {}) {
  const ready = () => isInstalled(root) && (!build || staleProducts(root, { all }).length === 0)
  if (ready()) return
  await inTurn(join(root, '.tapmesh', 'setup.lock'), async () => {
    if (!isInstalled(root)) {
      await step('Installing packages (npm ci; the first time takes a minute or two)', () => install(root))
    }
    if (!build) return
    for (const product of staleProducts(root, { all })) {
      const code = await step(product.title, () =>
        runProgram(nodeOf(root), [join('build', 'make.mjs'), product.name], { root }),
      )
      if (code !== 0) {
        throw new SetupError(
          `${product.title} failed`,
          'The lines above say why; "npm run build" tries again.',
        )
      }
    }
  })
}

async function tapmesh(args) {
  await prepare()
  return await runProgram(nodeOf(root), [join('cli', 'main.ts'), ...args], { root, leash: true })
}

const ACTIONS = {
  start: (args) => tapmesh(['demo', ...args]),
  run: (args) => tapmesh(args),
  async test(args) {
    await prepare()
    return await test(root, args)
  },
  async check() {
    await prepare({ build: false })
    return await check(root)
  },
  async build() {
    await prepare({ all: true })
    return 0
  },
  async bench(args) {
    await prepare()
    return await runIfPresent(root, 'loadtest/bench/main.ts', args)
  },
  async load(args) {
    await prepare({ build: false })
    return await runIfPresent(root, 'loadtest/load/main.ts', args)
  },
  async docs(args) {
    await prepare()
    return await runIfPresent(root, 'build/main.ts', args)
  },
}

async function main([name = 'start', ...args]) {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 18) {
    throw new SetupError(
      `Node ${process.versions.node} is too old`,
      'Install Node.js 18 or newer (https://nodejs.org).',
    )
  }
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
  if (action === undefined) {
    process.stderr.write(`setup.mjs takes one of: ${Object.keys(ACTIONS).join(', ')}\n`)
    return 64
  }
  process.chdir(root)
  return await action(args)
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error) => {
    process.stderr.write(`${describeSetupError(error)}\n`)
    process.exitCode = 1
  },
)
