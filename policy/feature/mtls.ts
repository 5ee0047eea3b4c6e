import { callerScope, type FeatureModule, PASS, type Verdict, verdict } from './feature.ts'

/** Whether a call came over mutual TLS; with `permissive` plaintext goes on and is told. */

interface Compiled {
  isStrict: boolean
  plaintext: Verdict<'deny' | 'note'>
  tls: Verdict<'deny' | 'note'>
}

export const mtls: FeatureModule<'mtls', Compiled, undefined> = {
  moment: 'connect',
  protocols: 'all',
  stateless: true,
  columns: ['security'],
  refuses: { status: 403, flag: 'mt' },
  neverActs: ({ isStrict }) => !isStrict,
  compile({ policy }) {
    const decision = policy === 'strict' ? 'deny' : 'note'
    return {
      isStrict: policy === 'strict',
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
