import { LIVE_ROWS_PER_SECOND, Live } from '../../collector/live.ts'
import { encodeRow } from '../../model/row.ts'
import { record } from '../support/record.ts'

test('hands on calls up to a limit a second, and counts the others', () => {
  let now = 5000
  const live = new Live(() => now)
  const heard: [number, number][] = []
  const end = live.listen((calls, skipped) => heard.push([calls.length, skipped]))
  const lines = Buffer.from(encodeRow(record()).repeat(150))
  for (let batch = 0; batch < 2; batch++) live.accepted(lines, 150)
  now = 6000
  live.accepted(lines, 150)
  end()
  live.accepted(lines, 150)
  const rest = LIVE_ROWS_PER_SECOND - 150
  expect(heard).toEqual([
    [150, 0],
    [rest, 150 - rest],
    [150, 0],
  ])
})

test('passes over lines that are no rows', () => {
  const live = new Live()
  let heard: unknown[] = []
  live.listen((calls) => {
    heard = calls
  })
  live.accepted(Buffer.from(`bad\n${encodeRow(record())}`), 1)
  expect(heard).toEqual([record()])
})
