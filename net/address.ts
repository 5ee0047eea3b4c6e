/** Where something listens. */
export interface Address {
  host: string
  port: number
}

/** Where a service is reached. */
export interface UpstreamAddress extends Address {
  /** Zone of this address, where it is another than the listener's. */
  zone?: string | undefined
}
