import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { codeOf, TapmeshError } from '../../model/error.ts'
import type { ResourceOf } from './span.ts'

/** Distinct services whose resources are remembered. */
const RESOURCES_MAX = 2000

export interface Export {
  exporter: SpanExporter
  resourceOf: ResourceOf
}

/** `http://127.0.0.1:4318` -> with `/v1/traces`; an address that has a path stays as it is. */
export function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint)
  if (url.pathname === '/') url.pathname = '/v1/traces'
  return url.href
}

/**
 * Loads OpenTelemetry's own exporter; nothing of it is loaded otherwise. Headers, for example a
 * backend's token, come from OTEL_EXPORTER_OTLP_HEADERS, which the exporter reads itself.
 * @param endpoint address of an OTLP/HTTP receiver
 * @throws TapmeshError TAPMESH_EXPORTER_MISSING where the packages are not installed
 */
export async function openExport(endpoint: string, timeoutMillis: number): Promise<Export> {
  try {
    const [{ OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
    const resources = new Map<string, ReturnType<ResourceOf>>()
    return {
      exporter: new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis }),
      resourceOf: (service) => {
        let resource = resources.get(service)
        if (!resource) {
          resource = resourceFromAttributes({ 'service.name': service })
          if (resources.size >= RESOURCES_MAX) resources.clear()
          resources.set(service, resource)
        }
        return resource
      },
    }
  } catch (cause) {
    if (!/MODULE_NOT_FOUND/.test(codeOf(cause))) throw cause
    throw new TapmeshError(
      'TAPMESH_EXPORTER_MISSING',
      'forwarding to an OTLP endpoint needs packages that are not installed here',
      'The single-file tap does not carry them: run the tap from a checkout (node cli/tapmesh.mjs tap), or let the collector forward (tapmesh up --otlp-endpoint).',
      { cause },
    )
  }
}
