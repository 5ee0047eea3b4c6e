import { dirname, normalize } from 'node:path'
import { parseSync } from '@swc/core'

/** A source file as the rules of the house see it. It is parsed, never run. */
export interface SourceFile {
  path: string
  text: string
  lines: readonly string[]
  imports: readonly Import[]
  /** Names that other files can import. */
  exports: readonly string[]
  functions: readonly MeasuredFunction[]
  /** Globals it uses, such as `process` or `Date.now`: the name, and the member if there is one. */
  globals: readonly string[]
  /** How often each identifier occurs, its declaration included. */
  mentions: ReadonlyMap<string, number>
}

export interface Import {
  /** Path inside the project, or the name of a package. */
  target: string
  /** Imported names; `*` if all of them may be used. */
  names: readonly string[]
}

export interface MeasuredFunction {
  name: string
  lines: number
}

interface Node {
  readonly type?: string
  readonly span?: { readonly start: number; readonly end: number }
  readonly [member: string]: unknown
}

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
])

/** swc's mark for a name that the file does not declare. */
const UNRESOLVED = 1

export function sourceOf(path: string, text: string): SourceFile {
  const root = parseSync(text, { syntax: 'typescript', tsx: !path.endsWith('.ts'), target: 'es2024' })
  const lineOf = lineCounter(text)
  const file = {
    imports: [] as Import[],
    exports: [] as string[],
    functions: [] as MeasuredFunction[],
    globals: new Set<string>(),
    mentions: new Map<string, number>(),
  }
  const visit = (node: Node, name: string): void => {
    readImport(node, path, file.imports)
    readExport(node, file.exports)
    if (FUNCTIONS.has(node.type!)) {
      const lines = lineOf(node.span!.end) - lineOf(node.span!.start) + 1
      file.functions.push({ name: nameOf(node) || name || 'a function', lines })
    }
    readGlobal(node, file.globals)
    if (node.type === 'Identifier') {
      const name = textOf(node)
      file.mentions.set(name, (file.mentions.get(name) ?? 0) + 1)
    }
    for (const child of childrenOf(node)) visit(child, nameOf(node) || name)
  }
  visit(root as unknown as Node, '')
  return { path, text, lines: text.replace(/\n$/, '').split('\n'), ...file, globals: [...file.globals] }
}

/** The line of a place, which swc gives in bytes, counted from 1. */
function lineCounter(text: string): (at: number) => number {
  const bytes = Buffer.from(text)
  const ends: number[] = []
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1)
  return (place) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! < place) low = middle + 1
      else high = middle
    }
    return low
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function childrenOf(node: Node): Node[] {
  return Object.entries(node).flatMap(([member, value]) =>
    member === 'span'
      ? []
      : Array.isArray(value)
        ? value.flat().filter(isNode)
        : isNode(value)
          ? [value]
          : [],
  )
}

function nameOf(node: Node): string {
  const named = (node['identifier'] ?? node['key'] ?? node['id']) as Node | undefined
  return typeof named?.['value'] === 'string' ? named['value'] : ''
}

const textOf = (node: unknown) => String((node as Node)['value'])

function targetOf(source: unknown, path: string): string {
  const name = textOf(source)
  return name.startsWith('.') ? normalize(`${dirname(path)}/${name}`) : name
}

function readImport(node: Node, path: string, imports: Import[]): void {
  if (node.type === 'ImportDeclaration' || node.type === 'ExportNamedDeclaration') {
    if (!node['source']) return
    const specifiers = node['specifiers'] as Node[]
    const names = specifiers.map((one) => {
      if (one.type === 'ImportDefaultSpecifier') return 'default'
      const taken = one['imported'] ?? (one.type === 'ImportSpecifier' ? one['local'] : one['orig'])
      return taken ? textOf(taken) : '*'
    })
    imports.push({ target: targetOf(node['source'], path), names })
  } else if (node.type === 'ExportAllDeclaration') {
    imports.push({ target: targetOf(node['source'], path), names: ['*'] })
  } else if (node.type === 'TsImportType') {
    imports.push({ target: targetOf(node['argument'], path), names: ['*'] })
  } else if (node.type === 'CallExpression' && (node['callee'] as Node).type === 'Import') {
    const [first] = node['arguments'] as { expression: Node }[]
    if (first!.expression.type === 'StringLiteral') {
      imports.push({ target: targetOf(first!.expression, path), names: ['*'] })
    }
  }
}

function readExport(node: Node, exports: string[]): void {
  if (node.type === 'ExportDeclaration') {
    const declaration = node['declaration'] as Node
    const declared =
      declaration.type === 'VariableDeclaration' ? (declaration['declarations'] as Node[]) : [declaration]
    exports.push(...declared.map(nameOf).filter((name) => name !== ''))
  } else if (node.type === 'ExportNamedDeclaration') {
    for (const one of node['specifiers'] as Node[])
      exports.push(textOf(one['exported'] ?? one['orig'] ?? one['name']))
  } else if (node.type === 'ExportDefaultDeclaration' || node.type === 'ExportDefaultExpression') {
    exports.push('default')
  }
}

const isGlobal = (node: Node, name?: string) =>
  node.type === 'Identifier' && node['ctxt'] === UNRESOLVED && (name === undefined || textOf(node) === name)

/** Notes a global by name, or as `Name.member`. Reading the clock is `Date.now`, however it is written. */
function readGlobal(node: Node, globals: Set<string>): void {
  if (isGlobal(node)) globals.add(textOf(node))
  if (node.type === 'MemberExpression') {
    const [object, property] = [node['object'] as Node, node['property'] as Node]
    if (isGlobal(object) && property.type === 'Identifier')
      globals.add(`${textOf(object)}.${textOf(property)}`)
  }
  const callee = node['callee'] as Node | undefined
  if (callee === undefined || !isGlobal(callee, 'Date')) return
  const given = (node['arguments'] as unknown[] | undefined) ?? []
  if (node.type === 'CallExpression' || given.length === 0) globals.add('Date.now')
}
