import { FIELDS, type Field, STATES } from './field.ts'
import { amountOf } from './quantity.ts'
import { nearest } from './suggest.ts'
import { FindError, type Token, tokensOf } from './token.ts'

/**
 * The language of the find and hide boxes, after Kiali's: `%error > 5 and zone = eu`, `not slow`,
 * `(name contains cart or p95 > 200ms) and rps > 10`, `untraced`. Words side by side must all hold;
 * a word that is no state is a part of a service's name.
 *
 *   any   = all { "or" all }        all  = one { ["and"] one }
 *   one   = "not" one | "(" any ")" | field operator value | field:value | state | part of a name
 */

export type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=' | 'contains' | 'starts' | 'ends'

export type Query =
  | { kind: 'and' | 'or'; parts: Query[] }
  | { kind: 'not'; part: Query }
  | { kind: 'number'; field: string; operator: Operator; value: number }
  | { kind: 'text'; field: string; operator: Operator; value: string }
  | { kind: 'state'; state: string }

/** Longest text that is read, and how deep its brackets may go. */
export const TEXT_MAX = 500
export const DEPTH_MAX = 30

const TEXT_OPERATORS: Record<string, Operator> = {
  contains: 'contains',
  '~': 'contains',
  starts: 'starts',
  startswith: 'starts',
  ends: 'ends',
  endswith: 'ends',
  '=': '=',
  '!=': '!=',
}
const KEYWORDS = new Set(['and', 'or', 'not'])
const states = Object.keys(STATES)
const fields = Object.keys(FIELDS)

/** `would:deny` is short for `would = deny`, for every field that is a text. */
function pairOf(word: string): Query | undefined {
  const colon = word.indexOf(':')
  const name = word.slice(0, Math.max(colon, 0))
  const value = word.slice(colon + 1)
  if (value === '' || !Object.hasOwn(FIELDS, name) || FIELDS[name]?.kind !== 'text') return undefined
  return { kind: 'text', field: name, operator: '=', value }
}

class Parser {
  readonly #tokens: Token[]
  #next = 0
  #depth = 0

  constructor(text: string) {
    this.#tokens = tokensOf(text)
  }

  get #token(): Token {
    return this.#tokens[this.#next]!
  }

  #is(word: string): boolean {
    return this.#token.kind === 'word' && !this.#token.quoted && this.#token.text.toLowerCase() === word
  }

  whole(): Query {
    const query = this.#any()
    if (this.#token.kind !== 'end') throw this.#wrong('there is no bracket that this one closes')
    return query
  }

  #wrong(message: string, token = this.#token): FindError {
    return new FindError(message, token.at, token.text.length)
  }

  #any(): Query {
    const parts = [this.#all()]
    while (this.#is('or')) {
      this.#next++
      parts.push(this.#all())
    }
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
  }

  #all(): Query {
    const parts = [this.#one()]
    for (;;) {
      if (this.#is('and')) this.#next++
      else if (this.#is('or') || this.#token.kind === 'end' || this.#token.kind === 'close') break
      parts.push(this.#one())
    }
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts }
  }

  #one(): Query {
    if (++this.#depth > DEPTH_MAX) throw this.#wrong('the brackets go too deep')
    try {
      if (this.#is('not')) {
        this.#next++
        return { kind: 'not', part: this.#one() }
      }
      if (this.#token.kind === 'open') return this.#bracket()
      return this.#term()
    } finally {
      this.#depth--
    }
  }

  #bracket(): Query {
    const open = this.#token
    this.#next++
    const query = this.#any()
    if (this.#token.kind !== 'close') throw this.#wrong('this bracket is not closed', open)
    this.#next++
    return query
  }

  #term(): Query {
    const word = this.#token
    if (word.kind === 'end') throw this.#wrong('something is missing here')
    if (word.kind !== 'word' || (!word.quoted && KEYWORDS.has(word.text.toLowerCase())))
      throw this.#wrong(`a name, a field or a state belongs here, not ${word.text}`)
    this.#next++
    const name = word.text.toLowerCase()
    const field = word.quoted || !Object.hasOwn(FIELDS, name) ? undefined : FIELDS[name]
    const sign = this.#token.text.toLowerCase()
    if (this.#token.kind === 'operator' || (field?.kind === 'text' && Object.hasOwn(TEXT_OPERATORS, sign))) {
      if (!field) throw this.#unknownField(word)
      return this.#comparison(name, field)
    }
    const pair = word.quoted ? undefined : pairOf(name)
    if (pair) return pair
    const state = word.quoted
      ? undefined
      : [name, name.replace(/s$/, '')].find((it) => Object.hasOwn(STATES, it))
    if (state) return { kind: 'state', state }
    return { kind: 'text', field: 'name', operator: 'contains', value: name }
  }

  #unknownField(word: Token): FindError {
    const near = nearest(word.text, fields)
    return this.#wrong(
      near ? `there is no field ${word.text}; did you mean ${near}?` : `there is no field ${word.text}`,
      word,
    )
  }

  #comparison(name: string, field: Field): Query {
    const operator = this.#token
    this.#next++
    const value = this.#token
    if (value.kind !== 'word') throw this.#wrong(`a value belongs after ${operator.text}`, value)
    this.#next++
    const sign = operator.text.toLowerCase()
    if (field.kind === 'text') {
      const known = Object.hasOwn(TEXT_OPERATORS, sign) ? TEXT_OPERATORS[sign] : undefined
      if (!known) throw this.#wrong(`${name} is a text: =, !=, contains, starts or ends`, operator)
      return { kind: 'text', field: name, operator: known, value: value.text.toLowerCase() }
    }
    if (!/^(?:[<>]=?|!?=)$/.test(sign)) throw this.#wrong(`${name} is a number: > < >= <= = !=`, operator)
    const number = amountOf(value.text, field.unit)
    if (typeof number === 'string') throw this.#wrong(`${name} ${number}`, value)
    return { kind: 'number', field: name, operator: sign as Operator, value: number }
  }
}

/** @returns undefined for an empty text @throws FindError that says where and what */
export function parseFind(text: string): Query | undefined {
  if (text.trim() === '') return undefined
  if (text.length > TEXT_MAX) throw new FindError('this is too long', TEXT_MAX, text.length - TEXT_MAX)
  return new Parser(text).whole()
}

/** Names in the query that are near a state word: probably typed wrongly where nothing is found. */
export function meantStates(query: Query): string[] {
  if (query.kind === 'and' || query.kind === 'or') return query.parts.flatMap(meantStates)
  if (query.kind === 'not') return meantStates(query.part)
  if (query.kind !== 'text' || query.operator !== 'contains') return []
  const near = nearest(query.value, states)
  return near && near !== query.value ? [near] : []
}

/** True where the answer depends on the time before the window. */
export function asksBefore(query: Query | undefined): boolean {
  if (!query) return false
  if (query.kind === 'and' || query.kind === 'or') return query.parts.some(asksBefore)
  if (query.kind === 'not') return asksBefore(query.part)
  return query.kind === 'state' && STATES[query.state]?.before === true
}
