import { LIVE_ROWS_PER_SECOND, Live } from '../../collector/live.ts'
import { readBlocks } from '../../model/block-reader.ts'
import { encodeFitted, encodeRows } from '../../model/row.ts'
import { record } from '../support/record.ts'

test('hands on calls up to a limit a second, and counts the others', () => {
  let now = 5000
  const live = new Live(() => now)
  const heard: [number, number][] = []
  const end = live.listen((calls, skipped) => heard.push([calls.length, skipped]))
  const blocks = readBlocks(encodeRows(Array.from({ length: 150 }, () => record())))
  const batch = { tap: 't', blocks, rows: 150 }
  for (let count = 0; count < 2; count++) live.accepted(batch)
  now = 6000
  live.accepted(batch)
  end()
  live.accepted(batch)
  const rest = LIVE_ROWS_PER_SECOND - 150
  expect(heard).toEqual([
    [150, 0],
    [rest, 150 - rest],
    [150, 0],
  ])
})

test('passes over bad rows', () => {
  const live = new Live()
  let heard: unknown[] = []
  live.listen((calls) => {
    heard = calls
  })
  const blocks = readBlocks(encodeFitted([record({ trace_id: 'bad' }), record()]))
  live.accepted({ tap: 't', blocks, rows: 1 })
  expect(heard).toEqual([record()])
})
