import { createServer } from 'node:net'
import { accepting, connects, freePort } from '../../../../loadtest/bench/process/ports.ts'

test('a free port accepts nothing until somebody listens on it', async () => {
  const port = await freePort()
  expect(await connects(port)).toBe(false)
  const server = createServer().listen(port, '127.0.0.1')
  await accepting(port)
  expect(await connects(port)).toBe(true)
  server.close()
})
