import { equalsIgnoreCase, word } from '../../wire/byte-class.ts'
import type { RequestHead } from '../../wire/http1/request.ts'
import { findCaller, type ServiceRange } from '../../wire/trace-context.ts'
import type { Draft } from '../draft.ts'
import type { RequestView } from '../protocol.ts'

/** The head that was just parsed, as judges of the call read it. */
class HeadView implements RequestView {
  source!: Buffer
  head!: RequestHead
  draft!: Draft
  readonly #caller: ServiceRange = { start: 0, end: 0 }

  fields(name: string): readonly string[] {
    const { source, head } = this
    const wanted = word(name)
    const values: string[] = []
    for (let field = 0; field < head.fields.count; field++) {
      const start = head.fields.starts[field]!
      if (!equalsIgnoreCase(source, start, wanted, wanted.length)) continue
      values.push(source.toString('latin1', start + wanted.length, head.fields.starts[field + 1]! - 2).trim())
    }
    return values
  }

  caller(): ServiceRange | undefined {
    const { source, head, draft } = this
    const { tracestates, tracestateStart, tracestateEnd } = head.fields
    if (!draft.hasParent || tracestates === 0) return undefined
    return findCaller(source, tracestateStart, tracestateEnd, draft.parent, this.#caller)
      ? this.#caller
      : undefined
  }
}

const view = new HeadView()

/** @returns a view that is valid until the next head is parsed */
export function requestView(source: Buffer, head: RequestHead, draft: Draft): RequestView {
  view.source = source
  view.head = head
  view.draft = draft
  return view
}
