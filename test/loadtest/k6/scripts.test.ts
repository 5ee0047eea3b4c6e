import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { SCENARIOS, VISITS } from '../../../loadtest/load/scenario.ts'

/** The scripts as k6 reads them, bundled and run here with a stand-in for its HTTP client; nothing here needs k6. */

const FOLDER = join(import.meta.dirname, '../../../loadtest/k6')
const scripts = Object.keys(SCENARIOS)

interface Script {
  options: {
    scenarios: Record<string, { executor: string; stages: { target: number; duration: string }[] }>
    thresholds: Record<string, { threshold: string; abortOnFail: boolean }[]>
  }
  default: () => void
}

interface Sent {
  method: string
  url: string
  tags: { name: string }
}

/** k6 runs scripts by themselves, without Node's modules: whatever a bundle still asks for has to be k6's. */
async function evaluate(
  name: string,
  env: Record<string, string>,
): Promise<{ script: Script; sent: Sent[] }> {
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'cjs',
    external: ['k6', 'k6/*'],
  })
  const sent: Sent[] = []
  const http = {
    setResponseCallback: () => undefined,
    expectedStatuses: () => undefined,
    request: (method: string, url: string, _body: unknown, { tags }: Pick<Sent, 'tags'>) =>
      sent.push({ method, url, tags }),
  }
  const module = { exports: {} as Script }
  const require = (wanted: string) => {
    if (wanted === 'k6/http') return http
    throw new Error(`k6 has no module ${wanted}`)
  }
  new Function('module', 'exports', 'require', '__ENV', '__VU', outputFiles[0]!.text)(
    module,
    module.exports,
    require,
    env,
    1,
  )
  return { script: module.exports, sent }
}

test('there is a script for every scenario and no other', () => {
  const found = readdirSync(FOLDER).filter((file) => file.endsWith('.ts') && file !== 'visit.ts')
  expect(found.sort()).toEqual(scripts.map((name) => `${name}.ts`).sort())
})

test.each(scripts)('%s: options and visits are those of the table', async (name) => {
  const { script, sent } = await evaluate(name, { TARGET: 'http://127.0.0.1:1', SCALE: '0.5' })
  const scenario = SCENARIOS[name as keyof typeof SCENARIOS]
  expect(Object.keys(script.options.scenarios)).toEqual([name])
  expect(script.options.scenarios[name]).toMatchObject({
    executor: 'ramping-arrival-rate',
    stages: scenario.stages.map(({ rate, seconds }) => ({ target: rate, duration: `${seconds / 2}s` })),
  })
  const thresholds = Object.values(script.options.thresholds).flat()
  expect(thresholds.map(({ threshold }) => threshold)).toEqual(['rate<=0.1', 'p(90)<=1500', 'p(99)<=4000'])
  for (const { abortOnFail } of thresholds) expect(abortOnFail).toBe(scenario.ends_when_broken)
  for (let visit = 0; visit < VISITS.length; visit++) script.default()
  expect(sent.map(({ method, url }) => `${method} ${url}`).sort()).toEqual(
    VISITS.map(({ method, path }) => `${method} http://127.0.0.1:1${path}`).sort(),
  )
  expect(sent.every(({ tags }) => !/\d/.test(tags.name))).toBe(true)
})
