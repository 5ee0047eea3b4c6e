import { readAuthority } from '../../../tap-proxy/terminate/authority.ts'

test.each([
  ['Shop.test:81', { host: 'shop.test', port: 81 }],
  ['shop.test', { host: 'shop.test', port: 80 }],
  ['shop.test:', { host: 'shop.test', port: 80 }],
  ['[::1]:8080', { host: '[::1]', port: 8080 }],
  ['[::1]', { host: '[::1]', port: 80 }],
])('%s', (text, want) => {
  const bytes = Buffer.from(`x${text}x`)
  expect(readAuthority(bytes, 1, 1 + text.length, 80)).toEqual(want)
})
