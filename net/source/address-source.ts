import { isIP } from 'node:net'
import type { UpstreamAddress } from '../address.ts'
import { ENDPOINTS_MAX, type Endpoint, type EndpointSource, endpointAt } from '../endpoint.ts'
import { type Lookup, systemLookup } from '../lookup.ts'

export interface AddressSourceOptions {
  lookup?: Lookup
  /** Milliseconds between two look-ups of every name. */
  refresh_ms?: number
  /** Called for every failed look-up; the last good addresses stay in use. */
  onFault?: (name: string, error: unknown) => void
}

const REFRESH_MS = 5_000

/** Endpoints that the configuration names: addresses as they are, names resolved again in the background. */
export function createAddressSource(
  addresses: readonly UpstreamAddress[],
  options: AddressSourceOptions = {},
): EndpointSource {
  const names = addresses.filter(({ host }) => isIP(host) === 0)
  return {
    name: names.length > 0 ? 'dns' : 'static',
    watch: (_service, changed) =>
      names.length === 0
        ? publishOnce(addresses, changed)
        : new NameWatch(addresses, options, changed).start(),
  }
}

function publishOnce(
  addresses: readonly UpstreamAddress[],
  changed: (endpoints: readonly Endpoint[]) => void,
): () => void {
  changed(addresses.map(({ host, port, zone }) => endpointAt(host, port, host, zone)))
  return () => {}
}

/** Asks for every name again and again. */
class NameWatch {
  readonly #addresses: readonly UpstreamAddress[]
  readonly #options: AddressSourceOptions
  readonly #changed: (endpoints: readonly Endpoint[]) => void
  readonly #known = new Map<UpstreamAddress, readonly string[]>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(
    addresses: readonly UpstreamAddress[],
    options: AddressSourceOptions,
    changed: (endpoints: readonly Endpoint[]) => void,
  ) {
    this.#addresses = addresses
    this.#options = options
    this.#changed = changed
  }

  start(): () => void {
    for (const address of this.#addresses) {
      if (isIP(address.host) !== 0) this.#known.set(address, [address.host])
    }
    if (this.#known.size > 0) this.#publish()
    void this.#refresh()
    return () => {
      this.#stopped = true
      clearTimeout(this.#timer)
    }
  }

  async #refresh(): Promise<void> {
    const names = this.#addresses.filter(({ host }) => isIP(host) === 0)
    await Promise.all(names.map((address) => this.#resolve(address)))
    if (this.#stopped) return
    this.#publish()
    this.#timer = setTimeout(() => void this.#refresh(), this.#options.refresh_ms ?? REFRESH_MS).unref()
  }

  async #resolve(address: UpstreamAddress): Promise<void> {
    const { lookup = systemLookup, onFault } = this.#options
    try {
      const found = await lookup(address.host)
      if (found.length > 0) this.#known.set(address, found)
    } catch (error) {
      onFault?.(address.host, error)
    }
  }

  #publish(): void {
    const found = [...this.#known].flatMap(([{ host: name, port, zone }, hosts]) =>
      hosts.map((host) => endpointAt(host, port, name, zone)),
    )
    this.#changed(found.slice(0, ENDPOINTS_MAX))
  }
}
