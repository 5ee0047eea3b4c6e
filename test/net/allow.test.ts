import { type Allowed, createAllowList } from '../../net/allow.ts'

const zone: Record<string, string[]> = {
  'orders.internal': ['10.0.0.5'],
  'api.example.com': ['203.0.113.7'],
  'rebind.example.com': ['169.254.169.254'],
  'mixed.example.com': ['10.0.0.5', '169.254.169.254'],
  '2852039166': ['169.254.169.254'],
}
const lookup = async (name: string) => {
  const found = zone[name]
  if (!found) throw Object.assign(new Error('unknown'), { code: 'ENOTFOUND' })
  return found
}
const firstOf = (found: Allowed) => (found.kind === 'allowed' ? found.targets[0] : undefined)
const resolved = async (entries: string[], host: string, port = 80) =>
  firstOf(await createAllowList(entries, { lookup }).resolveAllowed(host, port))?.label

describe('createAllowList', () => {
  test('private addresses and names that resolve to them are allowed without a list', async () => {
    expect(await resolved([], '10.1.1.1')).toBe('10.1.1.1:80')
    expect(await resolved([], 'orders.internal', 8080)).toBe('10.0.0.5:8080')
    expect(await resolved([], 'ORDERS.internal.')).toBe('10.0.0.5:80')
    expect(await resolved([], '[::1]')).toBe('[::1]:80')
  })

  test('public ones only where they are listed', async () => {
    expect(await resolved([], 'api.example.com')).toBeUndefined()
    expect(await resolved([], '203.0.113.7')).toBeUndefined()
    expect(await resolved(['api.example.com'], 'api.example.com')).toBe('203.0.113.7:80')
    expect(await resolved(['*.example.com'], 'api.example.com')).toBe('203.0.113.7:80')
    expect(await resolved(['*.ample.com'], 'api.example.com')).toBeUndefined()
    expect(await resolved(['203.0.113.0/24'], '203.0.113.7')).toBe('203.0.113.7:80')
  })

  test.each([
    '169.254.169.254',
    '[::ffff:169.254.169.254]',
    '[fe80::1]',
    '100.100.100.200',
    'metadata.google.internal',
  ])('metadata address %s is refused even where it is listed', async (host) => {
    const allow = createAllowList([host, '169.254.0.0/16', '*'], { lookup })
    expect(allow.permits(host, 80)).toBe(false)
    expect(await allow.resolveAllowed(host, 80)).toEqual({ kind: 'refused' })
  })

  test.each(['rebind.example.com', 'mixed.example.com', '2852039166'])(
    '%s resolves to a metadata address and is refused',
    async (host) => expect(await resolved([host], host)).toBeUndefined(),
  )

  test('a resolver that changes its answer is checked again after the time to live', async () => {
    let clock = 0
    const answers = [['10.0.0.5'], ['169.254.169.254']]
    const allow = createAllowList([], { lookup: async () => answers.shift() ?? [], now: () => clock })
    expect(firstOf(await allow.resolveAllowed('turncoat', 80))?.host).toBe('10.0.0.5')
    expect(firstOf(await allow.resolveAllowed('turncoat', 80))?.host).toBe('10.0.0.5')
    clock = 10_000
    expect(await allow.resolveAllowed('turncoat', 80)).toEqual({ kind: 'refused' })
  })

  test('ports out of range and unknown names are refused', async () => {
    expect(createAllowList([]).permits('10.0.0.1', 0)).toBe(false)
    expect(createAllowList([]).permits('10.0.0.1', 70_000)).toBe(false)
    expect(await resolved([], 'nowhere')).toBeUndefined()
  })
})
