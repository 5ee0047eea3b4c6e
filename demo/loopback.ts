import { createServer } from 'node:net'

/** Whether this machine answers to that loopback address. Linux has all of 127.0.0.0/8, macOS only 127.0.0.1. */
export function canBind(address: string, port = 0): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, address, () => probe.close(() => resolve(true)))
  })
}
