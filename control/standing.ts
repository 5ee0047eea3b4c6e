import { describeError } from '../model/error.ts'
import type { PolicyFile } from '../policy/policy-file.ts'
import { readPolicyText } from '../policy/policy-file.ts'
import { VERSION } from '../policy/schema.ts'
import { type Revision, revisionName } from './history.ts'

/** What holds now: the newest revision with its document, read. */

/** How places and mistakes name the document. */
export const DOCUMENT_NAME = 'policy'
/** Revision of a mesh in which nothing was ever set. */
export const NO_REVISION = '0.0'

export interface Standing {
  /** Undefined where nothing was ever set. */
  newest: Revision | undefined
  /** `<epoch>.<number>` */
  revision: string
  bypass: boolean
  /** The revision that brought the document; undefined where there is none. */
  set_by: Revision | undefined
  /** As it was set, comments included; empty where there is none. */
  document: string
  file: PolicyFile
  /** Why this version does not read the document, which then sets nothing. */
  fault: string | undefined
}

/** The policy of an empty document, which names no service. */
export function emptyPolicy(): PolicyFile {
  return readPolicyText(DOCUMENT_NAME, `version: ${VERSION}\n`)
}

/** @throws TapmeshError with file, line and key of every mistake */
export function readDocument(text: string, name = DOCUMENT_NAME): PolicyFile {
  return text === '' ? emptyPolicy() : readPolicyText(name, text)
}

/** What another version wrote and this one does not know is not enforced, and said. */
function readLeniently(text: string): Pick<Standing, 'file' | 'fault'> {
  try {
    return { file: readDocument(text), fault: undefined }
  } catch (error) {
    return { file: emptyPolicy(), fault: describeError(error) }
  }
}

export function standingOf(newest: Revision, setBy: Revision | undefined, document: string): Standing {
  return {
    ...{ newest, revision: revisionName(newest), bypass: newest.bypass, set_by: setBy, document },
    ...readLeniently(document),
  }
}

export function nothingSet(): Standing {
  const none = { newest: undefined, set_by: undefined, fault: undefined }
  return { ...none, revision: NO_REVISION, bypass: false, document: '', file: emptyPolicy() }
}
