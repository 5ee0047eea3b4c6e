import { Children, fullCommand } from '../../../../loadtest/bench/process/children.ts'

test('a command shows its core and its niceness as a person would type it', () => {
  expect(fullCommand({ command: 'wrk', args: ['-c', '1'], core: 1 }).join(' ')).toBe('taskset -c 1 wrk -c 1')
  expect(fullCommand({ command: 'wrk', args: [], core: 0, niceness: 19 }).join(' ')).toBe(
    'nice -n 19 taskset -c 0 wrk',
  )
})

test('a child is waited for by its line and ended by its id', async () => {
  const children = new Children()
  const child = children.start({
    command: process.execPath,
    args: ['-e', 'console.log("listening x http://127.0.0.1:1"); setInterval(() => {}, 1000)'],
  })
  const [, port] = await child.line(/http:\/\/127\.0\.0\.1:([0-9]+)/)
  expect(port).toBe('1')
  await children.endAll()
  expect(() => process.kill(child.pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }))
})

test('a child that ends without the line is an error with its last words', async () => {
  const child = new Children().start({ command: process.execPath, args: ['-e', 'console.error("no room")'] })
  await expect(child.line(/listening/)).rejects.toThrow('no room')
})

test('a program that is not there is an error, not a crash', async () => {
  const child = new Children().start({ command: 'no-such-program-here', args: [] })
  await expect(child.line(/listening/)).rejects.toThrow('ENOENT')
})

test('a run gives its output, and fails by name when its exit code is not 0', async () => {
  const children = new Children()
  expect(await children.run({ command: process.execPath, args: ['-e', 'console.log(7)'] })).toBe('7\n')
  await expect(children.run({ command: process.execPath, args: ['-e', 'process.exit(3)'] })).rejects.toThrow(
    'ended with 3',
  )
})
