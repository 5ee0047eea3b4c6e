import { TapmeshError } from '../../model/error.ts'
import { compilePolicy, type Engine } from '../../policy/judging/engine.ts'
import { type PolicyFile, readPolicyText } from '../../policy/policy-file.ts'
import type { ControlView } from './control-view.ts'

/** Policies of earlier revisions, read and made ready to be asked again. */

/** Revisions kept ready; those who look at calls look at neighbours. */
const KEPT_MAX = 8
/** How places name the document. */
const NAME = 'policy'

export interface RevisionPolicy {
  file: PolicyFile
  engine: Engine
  /** Number of the revision. */
  number: number
}

export class RevisionPolicies {
  readonly #control: ControlView
  readonly #kept = new Map<string, RevisionPolicy>()

  constructor(control: ControlView) {
    this.#control = control
  }

  /**
   * @param revision `<epoch>.<number>` as a call tells it
   * @returns undefined where it is not known here, or not readable by this version
   * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
   */
  async of(revision: string): Promise<RevisionPolicy | undefined> {
    const known = this.#kept.get(revision)
    if (known) return known
    const found = await this.#read(revision)
    if (found === undefined) return undefined
    if (this.#kept.size >= KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!)
    this.#kept.set(revision, found)
    return found
  }

  async #read(name: string): Promise<RevisionPolicy | undefined> {
    try {
      const { revision, document } = await this.#control.revisionOf(name)
      const file = readPolicyText(NAME, document)
      return { file, engine: compilePolicy(file.policy), number: revision.number }
    } catch (error) {
      if (error instanceof TapmeshError && error.code !== 'TAPMESH_STORE_UNAVAILABLE') return undefined
      throw error
    }
  }
}
