import { isAuthority } from '../../../wire/http1/host.ts'

const check = (text: string): boolean => {
  const bytes = Buffer.from(text, 'latin1')
  return isAuthority(bytes, 0, bytes.length)
}

test.each([
  'a.test',
  'a_b.test:80',
  '10.0.0.1:65535',
  '[::1]',
  '[::ffff:10.0.0.1]:8080',
  'a.test:',
  '',
  'xn--e1a%20',
])('%j is an authority', (text) => expect(check(text)).toBe(true))

test.each([
  'a,b',
  'a/x',
  'u@a',
  'a b',
  'a:8x',
  'a:65536',
  '[::1',
  '[]',
  '::1',
  '<script>',
  'a:80:90',
  '[::1]x',
  'caf\xe9',
])('%j is none', (text) => expect(check(text)).toBe(false))
