import { BlockList, isIP } from 'node:net'

/** Networks by name, and which address belongs to them; everything here works on text without a lookup. */

/** Never reachable through a tap: link-local and metadata services, unspecified, multicast, reserved. */
const FORBIDDEN_NETWORKS = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254',
  'fd20:ce::254',
]

/** RFC 1918, RFC 6598, loopback and unique local addresses. */
const PRIVATE_NETWORKS = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '::1',
  'fc00::/7',
]

/** True for an address (`10.0.0.7`, `::1`) or a network (`10.0.0.0/24`). */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** A set of addresses and networks; entries that are neither are left out. */
export function networkSet(entries: Iterable<string>): BlockList {
  const set = new BlockList()
  for (const entry of entries) {
    if (!isNetwork(entry)) continue
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    if (bits === undefined) set.addAddress(address, family)
    else set.addSubnet(address, Number(bits), family)
  }
  return set
}

/** True where the set holds the address, or the IPv4 address that an IPv6 form carries inside. */
export function inNetworks(set: BlockList, address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  if (family === 4) return set.check(address, 'ipv4')
  const inner = embeddedIpv4(address)
  return set.check(address.split('%')[0]!, 'ipv6') || (inner !== undefined && set.check(inner, 'ipv4'))
}

const forbidden = networkSet(FORBIDDEN_NETWORKS)
const privately = networkSet(PRIVATE_NETWORKS)

export function isForbiddenAddress(address: string): boolean {
  return inNetworks(forbidden, address)
}

export function isPrivateAddress(address: string): boolean {
  return inNetworks(privately, address)
}

/**
 * The IPv4 address inside a mapped or compatible (RFC 4291), NAT64 (RFC 6052) or 6to4 (RFC 3056)
 * IPv6 address: a gateway may take such an address for the IPv4 one.
 */
export function embeddedIpv4(address: string): string | undefined {
  const groups = hextets(address)
  if (groups === undefined) return undefined
  const leading = groups.slice(0, 6).join(':')
  // `::` and `::1` have the compatible form too, but are addresses of their own.
  const compatible = leading === '0:0:0:0:0:0' && groups[6] !== 0
  const inLastGroups = compatible || ['0:0:0:0:0:65535', '100:65435:0:0:0:0'].includes(leading)
  if (inLastGroups) return ipv4Of(groups[6]!, groups[7]!)
  return groups[0] === 0x2002 ? ipv4Of(groups[1]!, groups[2]!) : undefined
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The eight groups of an IPv6 address as numbers, or undefined for any other text. */
function hextets(address: string): number[] | undefined {
  const plain = address.split('%')[0]!
  if (isIP(plain) !== 6) return undefined
  // The URL parser writes every form of an address in the one canonical way (RFC 5952).
  const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1)
  const [left = '', right] = canonical.split('::')
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const head = numbers(left)
  if (right === undefined) return head
  const tail = numbers(right)
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}
