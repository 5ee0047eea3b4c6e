import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { AdminOptions } from '../../tap-proxy/admin.ts'
import { openAdmin } from '../../tap-proxy/admin.ts'
import { processFamilies } from '../../tap-proxy/metrics/process-families.ts'

const options = (more: Partial<AdminOptions> = {}): AdminOptions => ({
  host: '127.0.0.1',
  port: 0,
  fixed: true,
  notReady: () => undefined,
  tap: () => 't',
  token: () => undefined,
  bypass: { heldBy: () => [], set: () => {} },
  families: async () => processFamilies(() => ({ tap: 't' })),
  ...more,
})

describe('openAdmin', () => {
  test('answers its three paths, reading only', async () => {
    let reason: string | undefined = 'draining'
    const admin = await openAdmin(options({ notReady: () => reason }))
    const status = async (path: string, init?: RequestInit) =>
      (await fetch(`${admin.url}${path}`, init)).status
    expect(await status('/healthz')).toBe(200)
    expect(await status('/readyz')).toBe(503)
    reason = undefined
    expect(await status('/readyz?x')).toBe(200)
    expect(await status('/other')).toBe(404)
    expect(await status('/metrics', { method: 'POST' })).toBe(405)
    expect(await (await fetch(`${admin.url}/metrics`)).text()).toContain('tapmesh_info{tap="t"} 1')
    admin.close()
  })

  test('a taken port: the next one, or an error with a hint where the port was asked for', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const admin = await openAdmin(options({ port, fixed: false }))
    expect(Number(new URL(admin.url).port)).toBeGreaterThan(port)
    admin.close()
    await expect(openAdmin(options({ port }))).rejects.toMatchObject({
      code: 'TAPMESH_PORT_IN_USE',
      hint: expect.stringContaining(String(port)),
    })
    other.close()
  })
})
