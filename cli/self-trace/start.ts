import type { RequestListener } from 'node:http'
import { codeOf, describeError, TapmeshError } from '../../model/error.ts'
import type { Store } from '../../store/store.ts'
import { tracedListener } from './listener.ts'
import { tracedStore } from './store.ts'

/** Traces of the collector and the API themselves, by OpenTelemetry's SDK. */
export interface SelfTrace {
  listener(listener: RequestListener): RequestListener
  store(store: Store): Store
  /** Sends what waits and ends; never longer than `STOP_MS`. */
  stop(): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

/** Variables of the SDK that say where spans go. */
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const
const STOP_MS = 2000

/** True where the environment names an endpoint for traces. */
export function wantsSelfTrace(environment: Environment): boolean {
  return ENDPOINTS.some((name) => environment[name]) && environment['OTEL_SDK_DISABLED'] !== 'true'
}

/**
 * Starts the SDK where the environment asks for it; nothing of it is loaded otherwise. Everything else
 * of the SDK is set by its own variables (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, headers).
 * @throws TapmeshError TAPMESH_EXPORTER_MISSING
 */
export async function startSelfTrace(
  environment: Environment,
  version: string,
): Promise<SelfTrace | undefined> {
  if (!wantsSelfTrace(environment)) return undefined
  try {
    const [{ NodeSDK }, { OTLPTraceExporter }, api] = await Promise.all([
      import('@opentelemetry/sdk-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/api'),
    ])
    const sdk = new NodeSDK({
      serviceName: environment['OTEL_SERVICE_NAME'] ?? 'tapmesh',
      traceExporter: new OTLPTraceExporter(),
      // Traces alone: metrics stand at /metrics.
      metricReaders: [],
      logRecordProcessors: [],
      instrumentations: [],
    })
    sdk.start()
    const tracer = api.trace.getTracer('tapmesh', version)
    return {
      listener: (listener) => tracedListener(listener, tracer, api),
      store: (store) => tracedStore(store, tracer, api),
      stop: async () => {
        const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref())
        await Promise.race([sdk.shutdown().catch(() => {}), late])
      },
    }
  } catch (cause) {
    if (!/MODULE_NOT_FOUND/.test(codeOf(cause))) throw cause
    throw new TapmeshError(
      'TAPMESH_EXPORTER_MISSING',
      `OTEL_EXPORTER_OTLP_ENDPOINT is set, and the packages for it are not installed: ${describeError(cause)}`,
      'Install tapmesh with all its dependencies, or unset the variable.',
      { cause },
    )
  }
}
