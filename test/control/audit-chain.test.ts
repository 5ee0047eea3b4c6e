import fc from 'fast-check'
import { ChainCheck, type ChainEnd, keptHash, NO_ENTRIES } from '../../control/audit-chain.ts'
import { entryAfter } from '../../control/history.ts'
import { AUDIT_ACTIONS, type AuditEntry } from '../../model/enforcement.ts'

/** Properties of the chain, without a store. */
interface Kept {
  entry: AuditEntry
  kept: string
}

const draft = fc.record({
  at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  actor: fc.string(),
  action: fc.constantFrom(...AUDIT_ACTIONS),
  reason: fc.string(),
  auto: fc.boolean(),
  revision: fc.nat(99).map((number) => `0badcafe.${number}`),
  before: fc.string(),
  after: fc.string(),
})
const chain = fc
  .array(fc.tuple(draft, fc.boolean(), fc.string()), { minLength: 2, maxLength: 12 })
  .map((drafts) => {
    let end: ChainEnd = NO_ENTRIES
    return drafts.map(([entry, bypass, document], index): Kept => {
      const kept = keptHash(index + 1, bypass, document)
      const next = entryAfter(end, entry, kept)
      end = next
      return { entry: next, kept }
    })
  })

function brokenAt(rows: readonly Kept[], known: ChainEnd): number | null {
  const check = new ChainCheck()
  for (const { entry, kept } of rows) check.next(entry, kept)
  check.finish(known)
  return check.broken_at
}

test('what nobody touched holds', () => {
  fc.assert(fc.property(chain, (rows) => brokenAt(rows, rows.at(-1)!.entry) === null))
})

test('a changed field, a document changed beside it, a missing, doubled or swapped row shows where it is', () => {
  fc.assert(
    fc.property(
      chain,
      fc.nat(),
      fc.constantFrom('actor', 'reason', 'before', 'after', 'at'),
      (rows, pick, field) => {
        const end = rows.at(-1)!.entry
        const at = pick % rows.length
        const seq = at + 1
        const changed = rows.with(at, {
          ...rows[at]!,
          entry: { ...rows[at]!.entry, [field]: `${rows[at]!.entry[field]}x` },
        })
        expect(brokenAt(changed, end)).toBe(seq)
        expect(brokenAt(rows.with(at, { ...rows[at]!, kept: keptHash(0, false, '') }), end)).toBe(seq)
        expect(brokenAt(rows.toSpliced(at, 1), end)).toBe(seq)
        expect(brokenAt(rows.toSpliced(at, 0, rows[at]!), end)).toBe(seq + 1)
        if (at > 0) expect(brokenAt(rows.with(at, rows[at - 1]!).with(at - 1, rows[at]!), end)).toBe(seq - 1)
      },
    ),
  )
})

test('a chain that was made anew as a whole shows by the end that is known', () => {
  fc.assert(
    fc.property(chain, (rows) => {
      const end = { ...rows.at(-1)!.entry, hash: 'f'.repeat(64) }
      expect(brokenAt(rows, end)).toBe(rows.length)
    }),
  )
})
