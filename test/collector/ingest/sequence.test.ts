import fc from 'fast-check'
import { BOOTS_MAX, MISSING_MAX, SequenceLedger } from '../../../collector/ingest/sequence.ts'

test('batches in any order, repeated, are each taken once', () => {
  const order = fc.shuffledSubarray(
    Array.from({ length: 60 }, (_, index) => index + 1),
    { minLength: 1 },
  )
  fc.assert(
    fc.property(order, fc.array(fc.nat()), (sequences, repeats) => {
      const ledger = new SequenceLedger()
      const sent = sequences.concat(repeats.map((at) => sequences[at % sequences.length]!))
      const taken: number[] = []
      for (const seq of sent) {
        if (ledger.has('tap', 'boot', seq)) continue
        ledger.take('tap', 'boot', seq)
        taken.push(seq)
      }
      expect(taken).toEqual(sequences)
      expect(ledger.gaps('tap', 'boot')).toBe(Math.max(...sequences) - sequences.length)
    }),
  )
})

test('what an earlier process wrote down stays taken, together with what came since', () => {
  const sets = fc.array(fc.integer({ min: 1, max: 30 }))
  fc.assert(
    fc.property(sets, sets, (before, after) => {
      const [first, second] = [new SequenceLedger(), new SequenceLedger()]
      for (const seq of before) first.take('tap', 'boot', seq)
      for (const seq of after) second.take('tap', 'boot', seq)
      second.restore(first.state())
      const taken = new Set([...before, ...after])
      for (let seq = 1; seq <= 31; seq++)
        expect([seq, second.has('tap', 'boot', seq)]).toEqual([seq, taken.has(seq)])
    }),
  )
})

test('boots of a tap and taps of a name do not mix', () => {
  const ledger = new SequenceLedger()
  ledger.take('tap', 'one', 5)
  expect(ledger.has('tap', 'two', 5)).toBe(false)
  expect(ledger.has('other', 'one', 5)).toBe(false)
})

test('a heartbeat leaves no gap, and a batch under its number is still taken', () => {
  const ledger = new SequenceLedger()
  ledger.take('tap', 'boot', 1)
  ledger.beat('tap', 'boot', 2)
  expect(ledger.has('tap', 'boot', 2)).toBe(false)
  ledger.take('tap', 'boot', 3)
  expect(ledger.gaps('tap', 'boot')).toBe(0)
})

test('memory is bounded: gaps of a boot, and boots', () => {
  const ledger = new SequenceLedger()
  ledger.take('tap', 'boot', 1_000_000_000)
  expect(ledger.gaps('tap', 'boot')).toBe(MISSING_MAX)
  for (let boot = 0; boot < BOOTS_MAX + 5; boot++) ledger.take('flood', String(boot), 1)
  expect(ledger.state()).toHaveLength(BOOTS_MAX)
  expect(ledger.has('tap', 'boot', 1_000_000_000)).toBe(false)
})
