import {
  checkYaml,
  type DocumentRules,
  type ReadDocument,
  readYamlDocument,
} from '../../document/yaml-document.ts'
import { conflictsIn } from './assemble.ts'
import type { CheckedDocument } from './schema.ts'
import { TAP_SCHEMA } from './schema.ts'

/** The YAML file of one tap. */
const RULES: DocumentRules<CheckedDocument> = { schema: TAP_SCHEMA, conflictsIn }

export type ReadFile = ReadDocument<CheckedDocument>

/** Reads and checks the file of a tap; every mistake of it is told with line, column and key. */
export function readYamlFile(file: string): Promise<ReadFile> {
  return readYamlDocument(file, RULES)
}

/** @param text undefined where the file was too large to look at */
export function readYamlText(file: string, text: string | undefined): ReadFile {
  return checkYaml(file, text, RULES)
}
