import fc from 'fast-check'
import { ChunkedReader } from '../../../wire/http1/chunked.ts'
import { FAULTS } from '../../../wire/http1/fault.ts'
import { bytesOf, readCases } from '../cases.ts'

interface Read {
  forwarded: string
  rest: string
  fault: string
  done: boolean
}

/** Reads pieces one after another, as they would come from a socket. */
function read(pieces: readonly Uint8Array[], dataOnly = false): Read {
  const reader = new ChunkedReader()
  reader.reset(dataOnly)
  let forwarded = ''
  let rest = ''
  for (const piece of pieces) {
    const bytes = Buffer.from(piece)
    if (reader.done) {
      rest += bytes.toString('latin1')
      continue
    }
    const at = reader.read(bytes, 0, bytes.length)
    forwarded += bytes.toString('latin1', 0, reader.keptEnd)
    if (reader.fault !== 0) break
    if (reader.done) {
      forwarded += Buffer.from(reader.trailer).toString('latin1')
      rest += bytes.toString('latin1', at)
    }
  }
  return { forwarded, rest, fault: FAULTS[reader.fault]!.name, done: reader.done }
}

describe('the chunked coding', () => {
  const cases = readCases('http1-chunked.md')

  test('the file of cases is read', () => expect(cases.length).toBeGreaterThan(12))

  test.each(cases.map((one) => [one.title, one] as const))(
    '%s, whole and cut anywhere',
    (_title, { bytes, want }) => {
      const whole = read([bytes])
      const refused = /^refused: (\w+)$/.exec(want)
      const accepted = /^forwards `(.*?)`(?: rest `(.*)`)?$/.exec(want)
      if (refused) expect(whole.fault).toBe(refused[1])
      else {
        expect(whole.forwarded).toBe(bytesOf(accepted![1]!).toString('latin1'))
        expect(whole.rest).toBe(bytesOf(accepted![2] ?? '').toString('latin1'))
      }
      for (let cut = 1; cut < bytes.length; cut++) {
        expect(read([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole)
      }
      expect(read(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole)
    },
  )

  test('data alone, where the receiver cannot read the coding', () => {
    expect(read([bytesOf('3;x\\r\\nabc\\r\\n2\\r\\nde\\r\\n0\\r\\nX: 1\\r\\n\\r\\n')], true).forwarded).toBe(
      'abcde',
    )
  })

  test('limits: extensions over the whole message, trailer bytes, trailer fields', () => {
    const chunk = Buffer.from(`1;${'e'.repeat(200)}\r\na\r\n`)
    expect(read(new Array(5).fill(chunk)).fault).toBe('none')
    expect(read(new Array(6).fill(chunk)).fault).toBe('chunk_extensions')
    expect(read([Buffer.from(`0\r\nX: ${'y'.repeat(9000)}`)]).fault).toBe('trailer_too_large')
    expect(read([Buffer.from(`0\r\n${'X: y\r\n'.repeat(33)}\r\n`)]).fault).toBe('trailer_too_large')
  })

  test('any body in any chunks, cut anywhere, comes out the same', () => {
    const body = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 })
    fc.assert(
      fc.property(
        body,
        fc.array(fc.nat(300), { maxLength: 5 }),
        fc.boolean(),
        (chunks, offsets, extended) => {
          const extension = extended ? ';a=b' : ''
          const coded = (suffix: string) =>
            Buffer.concat([
              ...chunks.flatMap((chunk) => [
                Buffer.from(`${chunk.length.toString(16)}${suffix}\r\n`),
                chunk,
                Buffer.from('\r\n'),
              ]),
              Buffer.from('0\r\n\r\n'),
            ])
          const bytes = coded(extension)
          const cuts = [0, ...offsets.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length]
          const result = read(cuts.slice(1).map((end, index) => bytes.subarray(cuts[index]!, end)))
          expect(result).toEqual({
            forwarded: coded('').toString('latin1'),
            rest: '',
            fault: 'none',
            done: true,
          })
        },
      ),
      { numRuns: 300 },
    )
  })

  test('nothing throws on any bytes', () => {
    const alphabet = fc.constantFrom(...Buffer.from('0a5;= \r\nX:\x00', 'latin1'))
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 60 }), (bytes) => void read([Buffer.from(bytes)])),
      {
        numRuns: 2000,
      },
    )
  })
})
