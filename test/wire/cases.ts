import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Reader of test/cases/http1-*.md. */
export interface Case {
  title: string
  bytes: Buffer
  /** The line behind the block. */
  want: string
}

/** Escapes to bytes. */
export function bytesOf(text: string): Buffer {
  const plain = text
    .replaceAll('\\r', '\r')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replace(/\\x([0-9a-f]{2})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  return Buffer.from(plain, 'latin1')
}

export function readCases(name: string): Case[] {
  const text = readFileSync(join(import.meta.dirname, '../cases', name), 'utf8')
  return [...text.matchAll(/^## (.+)\n```\n([\s\S]*?)\n```\n(.+)$/gm)].map(([, title, block, want]) => ({
    title: title!,
    bytes: bytesOf(block!.replaceAll('\n', '')),
    want: want!,
  }))
}
