import { callerScope, type FeatureCode, PASS, type Verdict, verdict } from './feature.ts'

/** Whether a call came over mutual TLS; with `permissive` plaintext goes on and is told. */

interface Compiled {
  plaintext: Verdict
  tls: Verdict
}

export const mtls: FeatureCode<'mtls', Compiled, undefined> = {
  moment: 'start',
  compile({ policy }) {
    const decision = policy === 'strict' ? 'deny' : 'note'
    return {
      plaintext: verdict(decision, policy, 'the call came in plaintext'),
      tls: verdict(decision, policy, 'the call came over TLS without a certificate of the caller'),
    }
  },
  scopeOf: callerScope,
  createState: () => undefined,
  decide(compiled, _state, { security }) {
    if (security === 'mtls') return PASS
    return security === 'tls' ? compiled.tls : compiled.plaintext
  },
  ended() {},
}
