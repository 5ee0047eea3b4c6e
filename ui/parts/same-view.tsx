import { Command } from './copy.tsx'

/** The same numbers elsewhere: the command line, and the question to the API. */
export function SameView({ command, address }: { command: string; address: string }) {
  return (
    <details class="same-view">
      <summary>Same view as a command, and from the API</summary>
      <Command text={command} />
      <Command text={`curl -s '${window.location.origin}${address.replaceAll("'", '%27')}'`} />
    </details>
  )
}

const BARE = /^[A-Za-z0-9_./:@{}=,-]+$/

/** A word as a POSIX shell reads it back. */
export function shellWord(text: string): string {
  return BARE.test(text) && !/[{}]/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** `node cli/tapmesh.mjs <words> --name value …`; options without a value are left out. */
export function tapmeshCommand(
  words: readonly string[],
  options: Record<string, string | undefined> = {},
): string {
  const flags = Object.entries(options).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`--${name}`, shellWord(value)],
  )
  return ['node', 'cli/tapmesh.mjs', ...words.map(shellWord), ...flags].join(' ')
}
