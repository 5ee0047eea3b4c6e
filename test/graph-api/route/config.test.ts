import type { ErrorAnswer } from '../../../graph-api/contract.ts'
import type {
  AuditAnswer,
  ConfigAnswer,
  ConfigChanged,
  ConfigHistoryAnswer,
  ConfigRevisionAnswer,
} from '../../../model/enforcement.ts'
import { DATABASE } from '../../../store/tables.ts'
import { openTestStore, type Served, serveApi, TOKEN } from '../../support/mesh.ts'
import { policyText } from '../../support/policy.ts'

/** The policy over HTTP, as pages and the command line change it. */
let store: Awaited<ReturnType<typeof openTestStore>>
let served: Served

beforeEach(async () => {
  store = await openTestStore()
  served = await serveApi(store)
})
afterEach(async () => {
  await served.close()
  await store.remove()
})

const ALLOWED = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
const DOCUMENT = policyText('  cart: { timeouts: { mode: dry-run, request: 2s } } # ask ann\n')

async function change<Answer = ConfigChanged>(
  path: string,
  body: unknown,
  headers: Record<string, string> = ALLOWED,
): Promise<{ status: number; body: Answer }> {
  const method = path === '' ? 'PUT' : 'POST'
  const text = JSON.stringify(body)
  const response = await fetch(`${served.url}/api/v1/config${path}`, { method, headers, body: text })
  return { status: response.status, body: (await response.json()) as Answer }
}

const refusal = async (path: string, body: unknown, headers?: Record<string, string>) => {
  const { status, body: answer } = await change<ErrorAnswer>(path, body, headers)
  return [status, answer.error.code]
}

test('nothing set yet: revision 0.0, no history, an audit that holds', async () => {
  expect((await served.get<ConfigAnswer>('/api/v1/config')).body).toMatchObject({
    revision: '0.0',
    document: '',
  })
  expect((await served.get<ConfigHistoryAnswer>('/api/v1/config/history')).body).toEqual({ revisions: [] })
  expect((await served.get<AuditAnswer>('/api/v1/audit')).body).toEqual({
    ...{ entries: [], intact: true, broken_at: null },
  })
})

test('set, edit, bypass, undo: each a revision with its reason, each an entry of the audit', async () => {
  const first = await change('', { document: DOCUMENT, reason: 'begin', actor: 'ann' })
  expect(first.status).toBe(200)
  const edit = { service: 'cart', feature: 'timeouts', set: { request: '800ms' }, reason: 'less' }
  const second = await change('/edit', { ...edit, base_revision: first.body.revision })
  expect(second.body.changes).toMatchObject([{ name: 'request', before: '2s', after: '800ms' }])
  await change('/bypass', { on: true, reason: 'trouble' })
  await change('/undo', { reason: 'as it was' })
  const { body: now } = await served.get<ConfigAnswer>('/api/v1/config')
  expect(now).toMatchObject({ document: DOCUMENT, bypass: true, actor: 'token', reason: 'as it was' })
  const { revisions } = (await served.get<ConfigHistoryAnswer>('/api/v1/config/history?limit=3')).body
  expect(revisions.map(({ action, actor, bypass }) => [action, actor, bypass])).toEqual([
    ['undo', 'token', true],
    ['bypass', 'token', true],
    ['edit', 'token', false],
  ])
  expect(revisions[1]!.document_revision).toBe(second.body.revision)
  const old = await served.get<ConfigRevisionAnswer>(`/api/v1/config/${second.body.revision}`)
  expect(old.body).toMatchObject({ document: DOCUMENT.replace('2s', '800ms'), reason: 'less' })
  const { body: audit } = await served.get<AuditAnswer>('/api/v1/audit?limit=2&before=3')
  expect(audit).toMatchObject({ intact: true, broken_at: null })
  expect(audit.entries.map(({ seq, actor, reason }) => [seq, actor, reason])).toEqual([
    [2, 'token', 'less'],
    [1, 'ann', 'begin'],
  ])
  expect(audit.entries[0]).toMatchObject({
    before: 'cart.timeouts request: 2s',
    after: 'cart.timeouts request: 800ms',
  })
})

test('a row of the audit or of a revision that was changed, taken away or put in shows', async () => {
  for (const percent of [1, 2, 3, 4]) {
    await change(percent === 1 ? '' : '/edit', {
      reason: `step ${percent}`,
      ...(percent === 1
        ? { document: DOCUMENT }
        : { service: 'cart', feature: 'timeouts', set: { percent } }),
    })
  }
  const broken = async () => (await served.get<AuditAnswer>('/api/v1/audit')).body.broken_at
  const alter = (what: string) =>
    store.command(`ALTER TABLE ${DATABASE}.audit ${what} SETTINGS mutations_sync = 2`)
  expect(await broken()).toBeNull()
  await alter("UPDATE reason = 'nothing to see' WHERE seq = 3")
  expect(await broken()).toBe(3)
  await alter("UPDATE reason = 'step 3' WHERE seq = 3")
  expect(await broken()).toBeNull()
  const alterConfig = (what: string) =>
    store.command(`ALTER TABLE ${DATABASE}.config ${what} SETTINGS mutations_sync = 2`)
  await alterConfig("UPDATE document = replace(document, 'percent: 2', 'percent: 9') WHERE number = 2")
  expect(await broken()).toBe(2)
  await alterConfig("UPDATE document = replace(document, 'percent: 9', 'percent: 2') WHERE number = 2")
  expect(await broken()).toBeNull()
  await alterConfig('UPDATE bypass = 1 WHERE number = 4')
  expect(await broken()).toBe(4)
  await alterConfig('UPDATE bypass = 0 WHERE number = 4')
  await store.command(
    `INSERT INTO ${DATABASE}.config SELECT * REPLACE('other' AS document) FROM ${DATABASE}.config WHERE number = 4`,
  )
  expect(await broken()).toBe(4)
  await alterConfig("DELETE WHERE document = 'other'")
  expect(await broken()).toBeNull()
  await alter('DELETE WHERE seq = 4')
  expect(await broken()).toBe(4)
  await store.command(`INSERT INTO ${DATABASE}.audit SELECT * FROM ${DATABASE}.audit WHERE seq = 2`)
  expect(await broken()).toBe(3)
})

test.each([
  ['no reason', '', { document: DOCUMENT }, [400, 'TAPMESH_REASON_MISSING']],
  ['an empty reason', '/undo', { reason: ' ' }, [400, 'TAPMESH_REASON_MISSING']],
  ['no body', '/bypass', null, [400, 'TAPMESH_QUERY_INVALID']],
  ['another form', '/bypass', { on: 'yes', reason: 'x' }, [400, 'TAPMESH_QUERY_INVALID']],
  [
    'an unknown feature',
    '/edit',
    { service: 'a', feature: 'mirror', set: {}, reason: 'x' },
    [400, 'TAPMESH_QUERY_INVALID'],
  ],
  ['a mistake', '', { document: 'services: 1', reason: 'x' }, [400, 'TAPMESH_CONFIG_INVALID']],
  ['a large document', '', { document: 'x'.repeat(3_200_000), reason: 'x' }, [413, 'TAPMESH_BODY_TOO_LARGE']],
  [
    'an old base',
    '',
    { document: DOCUMENT, reason: 'x', base_revision: 'aaaaaaaa.1' },
    [409, 'TAPMESH_CONFIG_CHANGED'],
  ],
  ['nothing to undo', '/undo', { reason: 'x' }, [404, 'TAPMESH_NOT_FOUND']],
  [
    'nothing latched',
    '/rearm',
    { service: 'cart', feature: 'timeouts', reason: 'x' },
    [404, 'TAPMESH_NOT_FOUND'],
  ],
  [
    'everything denied',
    '/edit',
    { service: 'cart', feature: 'authorization', set: { mode: 'enforce', default: 'deny' }, reason: 'x' },
    [409, 'TAPMESH_DENIES_ALL'],
  ],
])('%s is refused', async (_what, path, body, wanted) => {
  expect(await refusal(path, body)).toEqual(wanted)
})

test('a mistake is told with its place', async () => {
  const { body } = await change<ErrorAnswer>('', {
    document: DOCUMENT.replace('request', 'reqest'),
    reason: 'x',
  })
  expect(body.error).toMatchObject({
    message: expect.stringMatching(/^policy:4:\d+: unknown key/),
    hint: 'Did you mean request?',
  })
})

test('without the token, from another page, or not as JSON nothing changes', async () => {
  const { authorization: _none, ...without } = ALLOWED
  const body = { document: DOCUMENT, reason: 'x' }
  expect(await refusal('', body, without)).toEqual([401, 'TAPMESH_TOKEN_MISSING'])
  expect(await refusal('', body, { ...ALLOWED, origin: 'http://elsewhere.example' })).toEqual([
    403,
    'TAPMESH_ORIGIN_FORBIDDEN',
  ])
  expect(await refusal('', body, { ...ALLOWED, 'content-type': 'text/plain' })).toEqual([
    415,
    'TAPMESH_BODY_TYPE',
  ])
  expect(served.control.revision).toBe('0.0')
})

test('a policy that is served from a file is changed there; bypass works as ever', async () => {
  await served.control.fileChanged('mesh/policy.yaml', DOCUMENT, false)
  served.control.serveFrom('mesh/policy.yaml')
  expect((await served.get<ConfigAnswer>('/api/v1/config')).body).toMatchObject({
    ...{ served_from: 'mesh/policy.yaml', actor: 'mesh/policy.yaml', reason: 'file changed' },
  })
  const edit = { service: 'cart', feature: 'timeouts', set: { percent: 1 }, reason: 'x' }
  for (const [path, body] of [
    ['', { document: '', reason: 'x' }],
    ['/edit', edit],
    ['/undo', { reason: 'x' }],
  ] as const) {
    expect(await refusal(path, body)).toEqual([409, 'TAPMESH_CONFIG_READONLY'])
  }
  expect((await change('/bypass', { on: true, reason: 'trouble' })).status).toBe(200)
})
