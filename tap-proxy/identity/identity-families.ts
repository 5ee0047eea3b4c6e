import type { MetricFamily } from '../../model/metric.ts'
import type { Identity } from './identity.ts'
import type { SecureCounters } from './secure-counters.ts'

/** What /metrics tells of certificates and of TLS between taps. */
export interface IdentityFigures {
  current: Identity | undefined
  counters: SecureCounters
}

export interface IdentitySources {
  /** Undefined where this tap has nothing to do with certificates. */
  identity?: (() => IdentityFigures | undefined) | undefined
}

export function identityFamilies({ identity = () => undefined }: IdentitySources): MetricFamily[] {
  const counted = (figures: SecureCounters): Record<string, number> => ({
    plaintext: figures.plaintext,
    mtls: figures.mtls,
    unproven: figures.unproven,
    foreign: figures.foreign,
    silent: figures.silent,
    refused_plaintext: figures.refusedPlaintext,
    refused_foreign: figures.refusedForeign,
    refused_peer: figures.refusedPeer,
    refused_busy: figures.refusedBusy,
    refused_no_identity: figures.refusedNoIdentity,
    broken: figures.brokenHandshakes,
    ended: figures.ended,
  })
  const each = (values: Record<string, number>, label: string) =>
    Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }))
  return [
    {
      name: 'tapmesh_secure_connections_total',
      type: 'counter',
      help: 'Accepted connections of a tap with an identity, by what they turned out to be.',
      samples: () => each(identity() ? counted(identity()!.counters) : {}, 'result'),
    },
    {
      name: 'tapmesh_peer_faults_total',
      type: 'counter',
      help: 'Other ends of TLS that could not prove who they are, in either direction, by why.',
      samples: () => each(identity()?.counters.faults ?? {}, 'fault'),
    },
    {
      name: 'tapmesh_identity_info',
      type: 'gauge',
      help: 'Always 1; the label is the SPIFFE ID of the certificate in use.',
      merge: 'max',
      samples: () => {
        const current = identity()?.current
        return current ? [{ labels: { id: current.id }, value: 1 }] : []
      },
    },
    {
      name: 'tapmesh_identity_end_seconds',
      type: 'gauge',
      help: 'When the certificate in use ends, seconds since 1970.',
      merge: 'min',
      samples: () => {
        const current = identity()?.current
        return current ? [{ labels: {}, value: current.not_after_ms / 1000 }] : []
      },
    },
    {
      name: 'tapmesh_identity_failures_total',
      type: 'counter',
      help: 'Certificates that could not be had or renewed.',
      samples: () => {
        const figures = identity()
        return figures ? [{ labels: {}, value: figures.counters.identityFailures }] : []
      },
    },
  ]
}
