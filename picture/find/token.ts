/** Words, operators and brackets of a find text, with their places. */

export interface Token {
  kind: 'word' | 'operator' | 'open' | 'close' | 'end'
  text: string
  /** Place in the text, from 0. */
  at: number
  /** True where quotes say that it is a value and no keyword. */
  quoted: boolean
}

/** What is wrong with a text, where, and how long the wrong part is. */
export class FindError extends Error {
  readonly at: number
  readonly length: number

  constructor(message: string, at: number, length: number) {
    super(message)
    this.at = at
    this.length = Math.max(length, 1)
  }
}

const OPERATOR = /^(?:>=|<=|!=|!~|=|>|<|~)/
/** A minus inside a word belongs to it: service names have them. */
const WORD = /^[^\s()<>=~"!][^\s()<>=~"]*/

/** @throws FindError where a quote is not closed */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const token = tokenAt(rest, at)
    if (token) tokens.push(token)
    at += token ? lengthOf(token, rest) : 1
  }
  tokens.push({ kind: 'end', text: '', at: text.length, quoted: false })
  return tokens
}

const lengthOf = (token: Token, rest: string): number =>
  token.quoted ? rest.indexOf('"', 1) + 1 : token.text.length

function tokenAt(rest: string, at: number): Token | undefined {
  const [first = ''] = rest
  if (/\s/.test(first)) return undefined
  if (first === '(') return { kind: 'open', text: '(', at, quoted: false }
  if (first === ')') return { kind: 'close', text: ')', at, quoted: false }
  if (first === '"') {
    const end = rest.indexOf('"', 1)
    if (end < 0) throw new FindError('this quote is not closed', at, rest.length)
    return { kind: 'word', text: rest.slice(1, end), at, quoted: true }
  }
  const [operator] = OPERATOR.exec(rest) ?? []
  if (operator) return { kind: 'operator', text: operator, at, quoted: false }
  const [word] = WORD.exec(rest) ?? [first]
  return { kind: 'word', text: word, at, quoted: false }
}
