import { loadX509, SIGN_ALGORITHM } from '../../../identity/x509.ts'

/** A certificate request and its key, both PEM. */
export interface MadeRequest {
  csr: string
  key: string
}

/** @param curve another one than P-256 is refused by the CA */
export async function makeRequest(curve = 'P-256'): Promise<MadeRequest> {
  const x509 = await loadX509()
  const algorithm = { ...SIGN_ALGORITHM, namedCurve: curve }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ['somebody else'] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: 'spiffe://evil/svc/admin' }]),
    ],
  })
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    csr: csr.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
  }
}
