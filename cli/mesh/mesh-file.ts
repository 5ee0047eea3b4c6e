import * as z from 'zod'
import { isName } from '../../document/name.ts'
import { parsed } from '../../document/parsed.ts'
import { parseDuration } from '../../document/quantity.ts'
import {
  checkYaml,
  type DocumentRules,
  oneError,
  type ReadDocument,
  readYamlDocument,
} from '../../document/yaml-document.ts'
import { type ForwardSettings, SAMPLE_DEFAULT } from '../../export/otlp/settings.ts'
import type { Slo } from '../../model/slo.ts'
import { readUrl } from '../../tap-proxy/config/flags.ts'

/** The YAML file of `tapmesh up --config`: what is told of the mesh as a whole. */

export interface MeshFile {
  slos: Slo[]
  /** Where sampled calls go as spans; undefined: nowhere. */
  forward: ForwardSettings | undefined
}

const SLOS_MAX = 500
export const SLO_WINDOW_DEFAULT_S = 30 * 86_400
/** Rollups are kept 400 days; below an hour there is nothing to budget. */
const WINDOW_MIN_S = 3600
const WINDOW_MAX_S = 400 * 86_400

function parseWindow(text: string): number | undefined {
  const match = /^(\d{1,4})([hd])$/.exec(text)
  if (!match) return undefined
  const seconds = Number(match[1]) * (match[2] === 'h' ? 3600 : 86_400)
  return seconds >= WINDOW_MIN_S && seconds <= WINDOW_MAX_S ? seconds : undefined
}

const name = parsed(
  (text) => (isName(text) ? text : undefined),
  'a name of letters, digits and . _ @ : / + -',
)
const percent = z.number('not a number').gt(0, 'must be above 0').lt(100, 'must be below 100')
const threshold = parsed((text) => {
  const milliseconds = parseDuration(text)
  return milliseconds !== undefined && milliseconds > 0 ? milliseconds * 1000 : undefined
}, 'a duration like 300ms or 2s')

const slo = z.strictObject({
  service: name,
  availability: percent.optional(),
  latency: z.strictObject({ threshold, percent }).optional(),
  window: parsed(parseWindow, 'a length from 1h to 400d, like 30d').optional(),
})

const otlp = z.strictObject({
  endpoint: parsed(readUrl, 'an address like http://127.0.0.1:4318'),
  sample: z.number('not a number').min(0).max(1).optional(),
})

const MESH_SCHEMA = z.strictObject({
  slos: z.array(slo).max(SLOS_MAX).optional(),
  otlp: otlp.optional(),
})
type MeshDocument = z.output<typeof MESH_SCHEMA>

function conflictsIn({ slos = [] }: MeshDocument) {
  const seen = new Set<string>()
  return slos.flatMap(({ service, availability, latency }, index) => {
    const path = ['slos', index]
    if (availability === undefined && latency === undefined) {
      const message = 'promises nothing'
      return [
        { path, message, hint: 'Add availability: 99.9, or latency: { threshold: 300ms, percent: 99 }.' },
      ]
    }
    if (seen.has(service)) {
      const message = `a second entry for ${service}`
      return [{ path: [...path, 'service'], message, hint: 'Put both objectives into one entry.' }]
    }
    seen.add(service)
    return []
  })
}

const RULES: DocumentRules<MeshDocument> = { schema: MESH_SCHEMA, conflictsIn }

function slosOf({ slos = [] }: MeshDocument): Slo[] {
  return slos.flatMap(({ service, availability, latency, window }) => {
    const window_s = window ?? SLO_WINDOW_DEFAULT_S
    // Percents are written with few decimals; dividing must not show more.
    const share = (value: number) => Number((value / 100).toPrecision(12))
    const found: Slo[] = []
    if (availability !== undefined) {
      found.push({ service, sli: 'availability', objective: share(availability), threshold_us: 0, window_s })
    }
    if (latency !== undefined) {
      const { threshold: threshold_us, percent: good } = latency
      found.push({ service, sli: 'latency', objective: share(good), threshold_us, window_s })
    }
    return found
  })
}

function forwardOf({ otlp: given }: MeshDocument): ForwardSettings | undefined {
  return given && { endpoint: given.endpoint, sample: given.sample ?? SAMPLE_DEFAULT }
}

function finish(file: string, read: ReadDocument<MeshDocument>): MeshFile {
  if ('document' in read) return { slos: slosOf(read.document), forward: forwardOf(read.document) }
  throw oneError(file, read.mistakes, 'Mend them and start again.')
}

/** @throws TapmeshError with every mistake in its message, one a line */
export async function loadMeshFile(file: string): Promise<MeshFile> {
  return finish(file, await readYamlDocument(file, RULES))
}

/** The same for a text at hand. @param file how mistakes name it */
export function readMeshText(file: string, text: string): MeshFile {
  return finish(file, checkYaml(file, text, RULES))
}
