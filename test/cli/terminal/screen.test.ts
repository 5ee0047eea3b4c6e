import { EventEmitter } from 'node:events'
import { openScreen } from '../../../cli/terminal/screen.ts'

/** The two ends of a terminal, kept as text. */
class Keyboard extends EventEmitter {
  isTTY = true
  raw = false
  setRawMode(on: boolean): void {
    this.raw = on
  }
  resume(): void {}
  pause(): void {}
}

class Display extends EventEmitter {
  rows = 3
  text = ''
  write(text: string): void {
    this.text += text
  }
}

test('draws what fits, in place, and gives the terminal back', async () => {
  const [keys, display] = [new Keyboard(), new Display()]
  const screen = openScreen(keys, display)
  expect(keys.raw).toBe(true)
  screen.draw(['one', 'two', 'three', 'four'])
  expect(display.text).toContain('three\x1b[K\x1b[J')
  expect(display.text).not.toContain('four')
  const pressed = screen.wait(60_000)
  keys.emit('data', Buffer.from('s'))
  expect(await pressed).toBe('s')
  const resized = screen.wait(60_000)
  display.emit('resize')
  expect(await resized).toBe('')
  expect(screen.end.aborted).toBe(false)
  const ended = screen.wait(60_000)
  keys.emit('data', Buffer.from('q'))
  await ended
  expect(screen.end.aborted).toBe(true)
  screen.close()
  expect(keys.raw).toBe(false)
  expect(display.text.endsWith('\x1b[?1049l')).toBe(true)
  expect(keys.listenerCount('data') + display.listenerCount('resize')).toBe(0)
})

test('once the end is wished for, nothing waits any more', async () => {
  const screen = openScreen(new Keyboard(), new Display())
  process.emit('SIGTERM')
  await screen.wait(60_000)
  expect(screen.end.aborted).toBe(true)
  screen.close()
})
