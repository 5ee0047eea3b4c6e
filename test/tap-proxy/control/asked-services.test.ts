import { CONTROL_SERVICES_MAX } from '../../../model/control.ts'
import { AskedServices } from '../../../tap-proxy/control/asked-services.ts'

test('each once, in the order they were met; what is no name is not asked about', () => {
  const asked = new AskedServices()
  expect(asked.add(['orders', 'cart', '__other__', 'a b', 'orders'])).toBe(true)
  expect(asked.add(['cart'])).toBe(false)
  expect(asked.add(['shop/rec'])).toBe(true)
  expect(asked.names).toEqual(['orders', 'cart', 'shop/rec'])
  expect(asked.leftOut).toBe(0)
})

test('past the limit the first stay and the rest is counted', () => {
  const asked = new AskedServices()
  asked.add(Array.from({ length: CONTROL_SERVICES_MAX + 5 }, (_, index) => `s${index}`))
  expect([asked.names.length, asked.leftOut]).toEqual([CONTROL_SERVICES_MAX, 5])
  expect(asked.add(['late'])).toBe(false)
})

test('long names fill the address before the count does', () => {
  const asked = new AskedServices()
  asked.add(Array.from({ length: 150 }, (_, index) => `${index}`.padEnd(128, '/')))
  expect(asked.names.map(encodeURIComponent).join(',').length).toBeLessThanOrEqual(24 * 1024)
  expect(asked.names.length).toBeGreaterThan(15)
  expect(asked.names.length + asked.leftOut).toBe(150)
})
