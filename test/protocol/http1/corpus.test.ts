import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { http1 } from '../../../protocol/http1.ts'
import { watch } from '../watched.ts'

/**
 * What the watcher makes of every message of test/corpus/http1, beside what the terminating proxy is
 * wanted to do with it: test/golden/http1-corpus.md, which is also the page to read. UPDATE_GOLDEN=1
 * writes it anew.
 */

interface Case {
  id: string
  want: string
  note?: string
  base64: string
  method?: string
}

const ROOT = join(import.meta.dirname, '../../..')
const GOLDEN = join(ROOT, 'test/golden/http1-corpus.md')
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

const read = (name: string): Case[] =>
  readFileSync(join(ROOT, 'test/corpus/http1', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** Calls without their sizes; an opaque rest names its reason. */
function seen(calls: readonly string[], reasons: readonly string[]): string {
  const words = calls.map((call) => call.replace(/ \d+>\d+$/, '').replaceAll('|', '\\|'))
  const text = words.length > 3 ? `${words[0]}, … (${words.length} calls)` : words.join(', ')
  const short = text.length > 90 ? `${text.slice(0, 60)}…${text.slice(-28)}` : text
  return `${short === '' ? 'nothing yet' : short}${reasons.length > 0 ? ` — opaque: ${reasons.join(', ')}` : ''}`
}

function requestRow({ id, want, base64 }: Case): string {
  const w = watch(http1, { untouched: true })
  w.client(Buffer.from(base64, 'base64').toString('latin1'))
  for (let answer = 0; answer < 4 && !w.decoder.idle && w.reasons.length === 0; answer++) w.server(OK)
  w.decoder.close('done', 1e9)
  return `| ${id} | ${want} | ${seen(w.calls, w.reasons)} |`
}

function responseRow({ id, want, base64, method = 'GET' }: Case): string {
  const w = watch(http1, { untouched: true })
  w.client(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`)
  w.server(Buffer.from(base64, 'base64').toString('latin1'))
  w.decoder.serverEnded(1e8)
  w.decoder.close('done', 1e9)
  return `| ${id} | ${want} | ${seen(w.calls, w.reasons)} |`
}

test('the page says what both modes make of every message', () => {
  const head = (title: string) => [
    `## ${title}`,
    '',
    '| case | enforcing | passive: recorded as |',
    '| --- | --- | --- |',
  ]
  const page = [
    '# HTTP/1.1 messages of the corpus, in both modes',
    '',
    'Enforcing: `F` forward, `N` normalise or refuse, `R…` refuse with that status, `502`, `T` truncate, `D` drop what is too',
    'much, `X` either. Passive: every one of them is relayed byte for byte (test/tap-proxy/relay/corpus-passive.test.ts);',
    'here is the call that is recorded, with the strict rule it breaks, each request answered 200.',
    '',
    ...head('Requests'),
    ...read('requests.jsonl').map(requestRow),
    '',
    ...head('Responses'),
    ...read('responses.jsonl').map(responseRow),
    '',
  ].join('\n')
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, page)
  expect(page).toBe(readFileSync(GOLDEN, 'utf8'))
})
