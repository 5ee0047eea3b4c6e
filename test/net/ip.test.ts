import {
  embeddedIpv4,
  inNetworks,
  isForbiddenAddress,
  isNetwork,
  isPrivateAddress,
  networkSet,
} from '../../net/ip.ts'

describe('ip', () => {
  test.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '100.100.100.200',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '255.255.255.255',
  ])('%s is never reachable', (address) => expect(isForbiddenAddress(address)).toBe(true))

  test.each(['10.1.2.3', '172.31.0.1', '192.168.0.9', '127.0.0.1', '::1', 'fd12::1', '::ffff:10.0.0.1'])(
    '%s is private',
    (address) => {
      expect(isPrivateAddress(address)).toBe(true)
      expect(isForbiddenAddress(address)).toBe(false)
    },
  )

  test.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111', 'name', ''])('%s is not private', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  )

  test('reads addresses and networks', () => {
    expect(['10.0.0.0/8', '::/0', '1.2.3.4'].every(isNetwork)).toBe(true)
    expect(['10.0.0.0/33', 'host', '1.2.3.4/8/8', '1.2.3.4/x', '::/129'].some(isNetwork)).toBe(false)
    expect(inNetworks(networkSet(['203.0.113.0/24', 'name']), '203.0.113.9')).toBe(true)
    expect(inNetworks(networkSet(['203.0.113.0/24']), '203.0.114.9')).toBe(false)
  })

  test('finds the IPv4 address inside', () => {
    expect(embeddedIpv4('::ffff:1.2.3.4')).toBe('1.2.3.4')
    expect(embeddedIpv4('64:ff9b::102:304')).toBe('1.2.3.4')
    expect(embeddedIpv4('2001:db8::1')).toBeUndefined()
  })
})
