import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './tree.ts'

/** Pages for people: what they link to is there. */

const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g

const pages = () => [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

/** Links of a page to files that are not there. */
export function deadLinks(): string[] {
  return pages().flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(LINK)]
      .map(([, target]) => join(dirname(page), target!))
      .filter((target) => !existsSync(join(ROOT, target)))
      .map((target) => `${page} links to ${target}`),
  )
}

/** Numbers that two decisions share. */
export function sharedNumbers(): string[] {
  const numbers = readdirSync(join(ROOT, 'docs/decisions')).map((name) => name.slice(0, 4))
  return numbers.filter((number, at) => numbers.indexOf(number) !== at)
}
