import {
  giveLargeArea,
  newArea,
  type Pipe,
  ROOM_BYTES,
  takeLargeArea,
  WRITE,
  writeCopy,
} from '../../net/pipe.ts'

/** A pipe that keeps the bytes it is given, as a kernel that is slow to take them. */
function slowPipe(outcome: number): { pipe: Pipe; given: Uint8Array[] } {
  const given: Uint8Array[] = []
  const write = (bytes: Uint8Array): number => {
    given.push(bytes)
    return outcome
  }
  return { pipe: { write } as Pipe, given }
}

test('areas leave room in front of what is read', () => {
  const area = newArea(100)
  expect([area.room, area.window.length, area.bytes.length]).toEqual([ROOM_BYTES, 100, ROOM_BYTES + 100])
  area.window[0] = 7
  expect(area.bytes[ROOM_BYTES]).toBe(7)
})

test('a copy that the kernel has not taken is never written over', () => {
  const { pipe, given } = slowPipe(WRITE.pending)
  const source = Buffer.from('first')
  writeCopy(pipe, source, 0, 5)
  source.write('second')
  writeCopy(pipe, Buffer.from('other'), 0, 5)
  expect(given.map((bytes) => Buffer.from(bytes).toString())).toEqual(['first', 'other'])
})

test('a large piece is copied too', () => {
  const { pipe, given } = slowPipe(WRITE.done)
  const source = Buffer.alloc(100_000, 'a')
  writeCopy(pipe, source, 1, 100_000)
  source.fill('b')
  expect(Buffer.from(given[0]!).equals(Buffer.alloc(99_999, 'a'))).toBe(true)
})

test('large areas are used again', () => {
  const area = takeLargeArea()!
  giveLargeArea(area)
  expect(takeLargeArea()).toBe(area)
  giveLargeArea(area)
})
