import { certificatesIn, fingerprintOf, pemOf } from '../../identity/pem.ts'
import { makeTestAuthority } from '../support/identity/certificates.ts'

test('blocks of one text, whatever stands around them', async () => {
  const { certificate } = await makeTestAuthority('root')
  const text = `subject=root\r\n${certificate.replaceAll('\n', '\r\n')}\nissuer=root\n${certificate}`
  expect(certificatesIn(text, 'ca.crt')).toHaveLength(2)
  expect(certificatesIn(text, 'ca.crt').map(fingerprintOf)).toEqual(Array(2).fill(fingerprintOf(certificate)))
})

test('glued blocks and none at all are told apart, with the name of the file', async () => {
  const { certificate } = await makeTestAuthority('root')
  expect(() => certificatesIn(certificate.trim() + certificate, 'ca.crt')).toThrow(
    /^ca\.crt: one certificate ends on the line/,
  )
  expect(() => certificatesIn('hello', 'tls.crt')).toThrow(/^tls\.crt holds no certificate/)
})

test('bytes become lines of 64 characters', () => {
  const text = pemOf('PRIVATE KEY', new Uint8Array(100).buffer)
  expect(text.split('\n').map((line) => line.length)).toEqual([27, 64, 64, 8, 25, 0])
})
