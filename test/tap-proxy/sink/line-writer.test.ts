import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileAccess } from '../../../tap-proxy/sink/line-writer.ts'
import { LineWriter } from '../../../tap-proxy/sink/line-writer.ts'
import { until } from '../support/stub-collector.ts'

type Write = FileAccess['write']

/** A file system of the test: every write goes to `write`. */
const filesOf = (write: Write): FileAccess => ({
  open: (_, done) => done(undefined, 9),
  write,
  close: () => {},
})

describe('LineWriter', () => {
  test('writes whole lines in order, and starts a new file after rotation', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tap-lines-'))
    const file = join(folder, 'access.log')
    const writer = new LineWriter(file)
    writer.write('one')
    writer.write('two')
    writer.flush()
    await until('the first file', async () => (await readFile(file, 'utf8').catch(() => '')) === 'one\ntwo\n')
    await rename(file, `${file}.1`)
    await until('an idle writer', () => !writer.busy)
    writer.reopen()
    writer.write('three')
    await writer.close(5_000)
    expect(await readFile(file, 'utf8')).toBe('three\n')
    await rm(folder, { recursive: true })
  })

  test('a full disk costs lines, which are counted, and heals by itself', async () => {
    let full = true
    const written: string[] = []
    const dropped: [number, string][] = []
    const files = filesOf((_, bytes, done) => {
      if (full) done('ENOSPC', 0)
      else {
        written.push(bytes.toString())
        done(undefined, bytes.length)
      }
    })
    const writer = new LineWriter('x', { files, onDrop: (lines, reason) => dropped.push([lines, reason]) })
    writer.write('a')
    writer.write('b')
    writer.flush()
    full = false
    writer.write('c')
    writer.flush()
    expect(dropped).toEqual([[2, 'ENOSPC']])
    expect(written).toEqual(['c\n'])
    await writer.close(100)
  })

  test('a file that cannot be opened is told and tried again', () => {
    const dropped: string[] = []
    const codes = ['EACCES', undefined]
    const files: FileAccess = {
      ...filesOf((_, bytes, done) => done(undefined, bytes.length)),
      open: (_, done) => done(codes.shift(), 9),
    }
    const writer = new LineWriter('x', { files, onDrop: (_, reason) => dropped.push(reason) })
    writer.write('a')
    writer.flush()
    writer.write('b')
    writer.flush()
    expect(dropped).toEqual(['EACCES'])
  })

  test('a stalled write bounds what waits and never blocks', async () => {
    let dropped = 0
    const writer = new LineWriter(1, {
      files: filesOf(() => {}),
      pending_bytes_max: 100,
      onDrop: (lines) => {
        dropped += lines
      },
    })
    writer.write('x')
    writer.flush()
    for (let count = 0; count < 1000; count++) writer.write('0123456789')
    expect(dropped).toBe(991)
    await writer.close(10)
    expect(dropped).toBe(1000)
    expect(writer.busy).toBe(true)
  })

  test('half a write goes on where it stopped, and EAGAIN is tried again', async () => {
    const steps: ((bytes: Buffer) => [string | undefined, number])[] = [
      () => [undefined, 3],
      () => ['EAGAIN', 0],
      (bytes) => [undefined, bytes.length],
    ]
    let text = ''
    const writer = new LineWriter(1, {
      files: filesOf((_, bytes, done) => {
        const [code, count] = steps.shift()!(bytes)
        text += bytes.toString('latin1', 0, count)
        done(code, count)
      }),
    })
    writer.write('hello')
    await writer.close(5_000)
    expect(text).toBe('hello\n')
  })
})
