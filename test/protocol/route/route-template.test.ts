import fc from 'fast-check'
import { SEGMENT_BYTES_MAX, segmentTemplate } from '../../../protocol/route/route-template.ts'

const template = (segment: string) => {
  const bytes = Buffer.from(segment)
  return segmentTemplate(bytes, 0, bytes.length)
}

describe('segmentTemplate', () => {
  test.each([
    ['1', '{id}'],
    ['10472', '{id}'],
    ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '{id}'],
    ['6BA7B810-9DAD-11D1-80B4-00C04FD430C8', '{id}'],
    ['d41d8cd98f00b204e9800998ecf8427e', '{id}'],
    ['3f2a9c1b', '{id}'],
    ['deadbeefdeadbeef', '{id}'],
    ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '{id}'],
    ['dQw4w9WgXcQ', '{id}'],
    ['507f1f77bcf86cd799439011', '{id}'],
    ['order-12345', 'order-{id}'],
    ['sku98765', '{id}'],
    ['1234.png', '{id}.png'],
    ['app.3f2a9c1b.js', 'app.{id}.js'],
    ['10.0.0.5', '{id}'],
    ['2026-01-31', '{date}'],
    ['2026-01', '{date}'],
    ['2026-01-31T10:00:00Z', '{date}'],
    ['ann@example.com', '{email}'],
    ['ann%40example.com', '{email}'],
    ['a'.repeat(200), '{id}'],
    [`${'slug-'.repeat(40)}end`, '{id}'],
    ['a;jsessionid=1234', 'a'],
    ['caf\u00e9', '{*}'],
    ['a{b}', '{*}'],
  ])('%s -> %s', (segment, wanted) => expect(template(segment)).toBe(wanted))

  test.each([
    'users',
    'v1',
    'v2.1',
    'V3',
    'oauth2',
    'sha256',
    'i18n',
    'x509',
    'index.html',
    'well-known',
    'a',
    '',
    'favicon.ico',
    'purchase-history',
    'Content_Types',
    'base64',
    '@scope',
    'caf%C3%A9',
    'internationalization',
  ])('%s stays', (segment) => expect(template(segment)).toBe(segment))

  test('any bytes give a short printable template without backslash or quote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const out = segmentTemplate(bytes, 0, bytes.length)
        expect(out).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]*$/)
        expect(out.length).toBeLessThanOrEqual(2 * SEGMENT_BYTES_MAX)
      }),
    )
  })

  test('two numbers always share their template', () => {
    fc.assert(fc.property(fc.nat(), fc.nat(), (a, b) => expect(template(`${a}`)).toBe(template(`${b}`))))
  })
})
