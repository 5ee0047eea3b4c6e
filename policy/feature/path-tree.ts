import { segmentsOf } from './path-segments.ts'

/** Rules by the templates of their paths: a tree of segments, so that a look-up does not grow with the rules. */

export const ANY_SEGMENT = '{*}'
export const ANY_REST = '{**}'

/** Places of rules in their list; NONE where no rule fits. The earliest counts. */
export interface Fit {
  allow: number
  deny: number
}
export const NONE = Number.MAX_SAFE_INTEGER

interface Node {
  literals: Map<string, Node>
  any: Node | undefined
  /** Rules whose template ends here, and those that take all that follows. */
  here: Fit
  rest: Fit
}

const nothing = (): Fit => ({ allow: NONE, deny: NONE })
const emptyNode = (): Node => ({ literals: new Map(), any: undefined, here: nothing(), rest: nothing() })

function note(fit: Fit, action: keyof Fit, rule: number): void {
  if (rule < fit[action]) fit[action] = rule
}

function merge(into: Fit, from: Fit): void {
  if (from.allow < into.allow) into.allow = from.allow
  if (from.deny < into.deny) into.deny = from.deny
}

export class PathTree {
  readonly #root = emptyNode()
  /** Rules without paths: they fit every path, also one that is ambiguous. */
  readonly #every = nothing()
  readonly #denying = nothing()

  add(paths: readonly string[] | undefined, action: keyof Fit, rule: number): void {
    if (paths === undefined) {
      note(this.#every, action, rule)
      return
    }
    if (action === 'deny') note(this.#denying, action, rule)
    for (const path of paths) this.#insert(segmentsOf(path), action, rule)
  }

  #insert(segments: readonly string[], action: keyof Fit, rule: number): void {
    let node = this.#root
    for (const segment of segments) {
      if (segment === ANY_REST) {
        note(node.rest, action, rule)
        return
      }
      if (segment === ANY_SEGMENT) {
        node.any ??= emptyNode()
        node = node.any
        continue
      }
      let next = node.literals.get(segment)
      if (next === undefined) {
        next = emptyNode()
        node.literals.set(segment, next)
      }
      node = next
    }
    note(node.here, action, rule)
  }

  /** Adds to `fit` what fits the path. */
  match(segments: readonly string[], ambiguous: boolean, fit: Fit): void {
    merge(fit, this.#every)
    if (ambiguous) merge(fit, this.#denying)
    else walk(this.#root, segments, 0, fit)
  }

  /**
   * Whether paths that share a template may be told apart: some rule names a word where the template
   * has a placeholder.
   * @param isOpen true for a segment of the template that stands for many
   */
  tellsApart(template: readonly string[], isOpen: (segment: string) => boolean): boolean {
    return apart(this.#root, template, 0, isOpen)
  }
}

function walk(node: Node, segments: readonly string[], at: number, fit: Fit): void {
  merge(fit, node.rest)
  if (at === segments.length) {
    merge(fit, node.here)
    return
  }
  const literal = node.literals.get(segments[at]!)
  if (literal !== undefined) walk(literal, segments, at + 1, fit)
  if (node.any !== undefined) walk(node.any, segments, at + 1, fit)
}

function apart(
  node: Node,
  template: readonly string[],
  at: number,
  isOpen: (segment: string) => boolean,
): boolean {
  if (at === template.length) return false
  const segment = template[at]!
  if (isOpen(segment) && node.literals.size > 0) return true
  const literal = node.literals.get(segment)
  if (literal !== undefined && apart(literal, template, at + 1, isOpen)) return true
  return node.any !== undefined && apart(node.any, template, at + 1, isOpen)
}
