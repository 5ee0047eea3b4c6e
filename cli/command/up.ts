import { Command, InvalidArgumentError } from 'commander'
import { type ForwardSettings, SAMPLE_DEFAULT } from '../../export/otlp/settings.ts'
import { EXIT, TapmeshError } from '../../model/error.ts'
import { endWish } from '../terminal/signal.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { parseSeconds, share, wholeNumber } from './shared-option.ts'

interface UpOptions {
  config?: string
  data: string
  host: string
  port: number
  collectorPort: number
  allowHost?: string[]
  tokenFile?: string
  policy?: string
  yesDenyAll?: boolean
  retentionDays?: number
  retentionGb?: number
  leafLifetime?: number
  otlpEndpoint?: string
  otlpSample?: number
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** Beyond loopback every name that browsers may use has to be told, or a foreign page could pretend to be this one. */
export function checkHost(host: string, allowed: readonly string[]): void {
  if (LOOPBACK.test(host) || allowed.length > 0) return
  throw new TapmeshError(
    'TAPMESH_BIND_UNSAFE',
    `--host ${host} opens the UI and the API to other machines without saying under which names`,
    `Add --allow-host with the name or address people will type, like --allow-host mesh.example:7400.`,
  )
}

/** @throws TapmeshError TAPMESH_USAGE */
function forwardOf({ otlpEndpoint, otlpSample }: UpOptions): ForwardSettings | undefined {
  if (otlpEndpoint === undefined) {
    if (otlpSample === undefined) return undefined
    throw new TapmeshError('TAPMESH_USAGE', '--otlp-sample needs --otlp-endpoint', 'Say where spans go.')
  }
  if (!URL.canParse(otlpEndpoint) || !/^https?:$/.test(new URL(otlpEndpoint).protocol)) {
    throw new TapmeshError(
      'TAPMESH_USAGE',
      `--otlp-endpoint ${otlpEndpoint} is not an address`,
      'Write it like http://127.0.0.1:4318.',
    )
  }
  return { endpoint: otlpEndpoint, sample: otlpSample ?? SAMPLE_DEFAULT }
}

function policyOf({ policy, yesDenyAll }: UpOptions): { file: string; denialAllowed: boolean } | undefined {
  return policy === undefined ? undefined : { file: policy, denialAllowed: yesDenyAll === true }
}

/** From a minute, since clocks differ, to a week, since nothing takes a leaf back. */
function leafSeconds(text: string): number {
  const seconds = parseSeconds(text)
  if (seconds >= 60 && seconds <= 604_800) return seconds
  throw new InvalidArgumentError('From 60s to 168h.')
}

export function upCommand(terminal: Terminal): Command {
  return new Command('up')
    .description('collector, API and UI in one process')
    .option('--config <file>', 'YAML file with the objectives of services (docs/slo.md)')
    .option('--data <folder>', 'where everything is kept', '.tapmesh')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'UI and API; 0 is any free port', wholeNumber(0, 65_535), 7400)
    .option('--collector-port <port>', 'where taps send their rows', wholeNumber(0, 65_535), 7401)
    .option('--allow-host <name...>', 'names under which the UI may be called, needed beyond loopback')
    .option('--token-file <file>', 'token of taps and mutations (default: <data>/token, made when absent)')
    .option(
      '--policy <file>',
      'serve the policy from this file; changed there and nowhere else (docs/control.md)',
    )
    .option('--yes-deny-all', 'take a --policy that would deny every call to a service')
    .option('--retention-days <n>', 'keep single calls so long', wholeNumber(1, 3650))
    .option('--retention-gb <n>', 'keep at most so much', wholeNumber(1, 1_000_000))
    .option('--leaf-lifetime <time>', 'how long certificates of taps live (default: 24h)', leafSeconds)
    .option('--otlp-endpoint <url>', 'send sampled calls as OTLP spans there, like http://127.0.0.1:4318')
    .option('--otlp-sample <share>', 'share of traces to send there, 0 to 1 (default: 0.01)', share)
    .addHelpText(
      'after',
      `
CLICKHOUSE_URL=http://user:password@host:8123 uses that server instead of the embedded store.
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 traces collector and API themselves.

Examples:
  tapmesh up
  tapmesh up --port 8400 --data /var/lib/tapmesh
  tapmesh up --config mesh.yaml
  tapmesh up --policy policy.yaml
  tapmesh up --host 0.0.0.0 --allow-host mesh.example:7400`,
    )
    .action((options: UpOptions) => run(terminal, options))
}

async function run(terminal: Terminal, options: UpOptions): Promise<void> {
  checkHost(options.host, options.allowHost ?? [])
  const { loadMeshFile } = await import('../mesh/mesh-file.ts')
  const file = options.config === undefined ? undefined : await loadMeshFile(options.config)
  const forward = forwardOf(options) ?? file?.forward
  const [{ openMesh, versionOfProject }, { startSelfTrace }] = await Promise.all([
    import('../mesh/mesh.ts'),
    import('../self-trace/start.ts'),
  ])
  const wish = endWish(() => process.exit(EXIT.internal))
  const selfTrace = await startSelfTrace(terminal.environment, versionOfProject())
  const mesh = await openMesh({
    selfTrace,
    home: options.data,
    host: options.host,
    port: options.port,
    collectorPort: options.collectorPort,
    allowedHosts: options.allowHost ?? [],
    clickhouseUrl: terminal.environment['CLICKHOUSE_URL'],
    tokenFile: options.tokenFile,
    forward,
    leaf_ms: options.leafLifetime === undefined ? undefined : options.leafLifetime * 1000,
    retention: { days: options.retentionDays, gigabytes: options.retentionGb },
    slos: file?.slos ?? [],
    policy: policyOf(options),
    onWarning: (text) => terminal.error(text),
  })
  const { style } = terminal
  terminal.out(`listening api ${mesh.apiUrl}`)
  terminal.out(`listening collector ${mesh.collectorUrl}`)
  terminal.out(`
  ${style.bold('Map')}        ${style.cyan(`${mesh.apiUrl}/map#token=${mesh.token}`)}
  ${style.bold('Store')}      ${mesh.store}
  ${style.bold('A tap')}      tapmesh tap --service orders --listen 8080 --to 127.0.0.1:3000 --collector ${mesh.collectorUrl} --token-file ${mesh.tokenFile}

Ctrl-C ends it; what was accepted is kept.`)
  await wish.asked
  await mesh.close()
  await selfTrace?.stop()
  wish.done()
}
