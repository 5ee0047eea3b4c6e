import { TICK_MS, type TimerEntry, TimerWheel } from '../../net/timer-wheel.ts'

class Entry implements TimerEntry {
  due = Number.POSITIVE_INFINITY
  slotTick = -1
  nextEntry: TimerEntry | undefined = undefined
  previousEntry: TimerEntry | undefined = undefined
  fired = 0
  next: (() => void) | undefined
  onDeadline(): void {
    this.fired++
    this.next?.()
  }
}

test('a deadline passes once, never early and at most two ticks late', () => {
  const wheel = new TimerWheel()
  const entry = new Entry()
  wheel.arm(entry, 1000)
  wheel.advance(1000)
  expect(entry.fired).toBe(0)
  wheel.advance(2 * TICK_MS)
  expect(entry.fired).toBe(1)
  wheel.advance(100_000)
  expect(entry.fired).toBe(1)
})

test('a deadline put off, called off, or brought forward', () => {
  const wheel = new TimerWheel()
  const [off, gone, soon] = [new Entry(), new Entry(), new Entry()]
  for (const entry of [off, gone, soon]) wheel.arm(entry, 10_000)
  wheel.advance(9000)
  wheel.arm(off, 10_000)
  wheel.arm(gone, 0)
  wheel.advance(2000)
  expect([off.fired, gone.fired, soon.fired]).toEqual([0, 0, 1])
  wheel.arm(soon, 60_000)
  wheel.arm(soon, 500)
  wheel.advance(1000)
  expect(soon.fired).toBe(2)
  wheel.advance(10_000)
  expect([off.fired, gone.fired]).toEqual([1, 0])
})

test('deadlines beyond the wheel’s round wait their whole time', () => {
  const wheel = new TimerWheel()
  const entry = new Entry()
  wheel.arm(entry, 300_000)
  wheel.advance(299_000)
  expect(entry.fired).toBe(0)
  wheel.advance(2000)
  expect(entry.fired).toBe(1)
})

test('a deadline may end others of the same tick, and arm itself again', () => {
  const wheel = new TimerWheel()
  const entries = Array.from({ length: 5 }, () => new Entry())
  for (const entry of entries) wheel.arm(entry, 1000)
  const first = entries[4]!
  first.next = () => {
    for (const entry of entries) if (entry !== first) wheel.remove(entry)
    wheel.arm(first, 1000)
  }
  entries[0]!.next = first.next
  wheel.advance(1500)
  expect(entries.reduce((sum, { fired }) => sum + fired, 0)).toBe(1)
  wheel.advance(1500)
  expect(entries.reduce((sum, { fired }) => sum + fired, 0)).toBe(2)
})
