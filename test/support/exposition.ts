/**
 * A strict reader of Prometheus' text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), for tests of /metrics.
 */
export interface Family {
  name: string
  type: string
  help: string
  samples: { name: string; labels: Record<string, string>; value: number }[]
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([0-9.e+-]+|NaN|\+Inf)$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  let end = 0
  for (const [whole, name, value] of text.matchAll(LABEL)) {
    labels[name!] = value!.replace(/\\(.)/g, (_, byte) => (byte === 'n' ? '\n' : byte))
    end += whole.length
  }
  if (end !== text.length) throw new Error(`labels are not well-formed: ${text}`)
  return labels
}

/** @throws Error at the first line that is not of the format, or a sample without its family */
export function readExposition(text: string): Family[] {
  const families = new Map<string, Family>()
  if (!text.endsWith('\n')) throw new Error('the last line has no newline')
  for (const line of text.split('\n')) {
    const about = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line)
    if (line === '') continue
    if (about) {
      const [, kind, name, rest] = about as unknown as [string, string, string, string]
      const family = families.get(name) ?? { name, type: '', help: '', samples: [] }
      if (kind === 'HELP') family.help = rest
      else family.type = rest
      families.set(name, family)
      continue
    }
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    if (name === undefined) throw new Error(`no sample: ${line}`)
    const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
    if (!family) throw new Error(`a sample without its TYPE: ${line}`)
    family.samples.push({ name, labels: labelsOf(labels), value: Number(value?.replace('+Inf', 'Infinity')) })
  }
  return [...families.values()]
}

/** Sum of the samples of that name whose labels are these. */
export function sumOf(
  families: readonly Family[],
  name: string,
  labels: Record<string, string> = {},
): number {
  return families
    .flatMap((family) => family.samples)
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, sample) => sum + sample.value, 0)
}
