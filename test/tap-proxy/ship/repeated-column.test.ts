import fc from 'fast-check'
import { printable } from '../../../model/row.ts'
import { RepeatedColumn, RepeatedNames } from '../../../tap-proxy/ship/repeated-column.ts'

test('each value is kept once, and each row finds its own', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('', '200', '404', 'WRONGTYPE'), { maxLength: 50 }), (rows) => {
      const column = new RepeatedColumn<string>(50)
      for (const [row, value] of rows.entries()) column.add(row, value)
      expect(rows.map((_, row) => column.values[column.places[row]!])).toEqual(rows)
      expect(column.values.length).toBe(new Set(rows).size)
      column.clear()
      column.add(0, 'next')
      expect([column.values, column.places[0]]).toEqual([['next'], 0])
    }),
  )
})

test('objects are told apart by identity', () => {
  const column = new RepeatedColumn<readonly string[]>(3)
  const same: string[] = []
  for (const [row, value] of [same, [], same].entries()) column.add(row, value)
  expect([...column.places]).toEqual([0, 1, 0])
})

test('names that are bytes are found by their bytes, whatever they are', () => {
  const name = fc.oneof(fc.constantFrom('GET', 'POST', 'GETX', ''), fc.string({ maxLength: 6 }))
  fc.assert(
    fc.property(fc.array(name, { maxLength: 200 }), (rows) => {
      const names = new RepeatedNames(200)
      for (let turn = 0; turn < 2; turn++) {
        for (const [row, text] of rows.entries()) {
          const bytes = Buffer.from(`>${text}<`)
          names.add(row, bytes, 1, bytes.length - 1)
        }
        expect(rows.map((_, row) => names.values[names.places[row]!])).toEqual(rows.map(printable))
        expect(names.values.length).toBe(new Set(rows).size)
        names.clear()
      }
    }),
  )
})
