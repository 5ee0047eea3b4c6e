import { callerScope, type FeatureModule, PASS, verdict } from './feature.ts'

/**
 * Messages of HTTP that two readers could understand differently, or that are no HTTP at all. The parser
 * finds them; here they are judged. Once this is enforced, calls go through the terminating proxy, whose
 * parser refuses them with the status of the rule; a refusal by this module itself never happens.
 */
export const strict: FeatureModule<'strict', undefined, undefined> = {
  moment: 'end',
  protocols: ['http', 'websocket', 'opaque'],
  stateless: true,
  columns: ['finding'],
  refuses: { status: 400, flag: 'IH' },
  compile: () => undefined,
  scopeOf: callerScope,
  createState: () => undefined,
  decide(_compiled, _state, { finding }) {
    if (finding === '') return PASS
    return verdict('deny', finding, `a message of the call broke rule ${finding} of strict HTTP parsing`)
  },
  ended() {},
}
