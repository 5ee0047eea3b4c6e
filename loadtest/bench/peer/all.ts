import { envoy } from './envoy.ts'
import { haproxy, haproxyTcp } from './haproxy.ts'
import { nginx, nginxWithoutLog } from './nginx.ts'
import { nodeHttp, nodeSplice } from './node-peers.ts'
import type { Peer } from './peer.ts'
import { tap, tapAlone } from './tap.ts'

/** In the order of the rounds. The tap stands beside its yardsticks, so that little time lies between them. */
export const ALL_PEERS: readonly Peer[] = [
  nginx,
  tap,
  tapAlone,
  envoy,
  haproxy,
  haproxyTcp,
  nginxWithoutLog,
  nodeSplice,
  nodeHttp,
]

/** For shapes where only the neighbours matter: what does the tap's work, and what only copies. */
export const MAIN_PEERS: readonly Peer[] = [nginx, tap, haproxy, haproxyTcp]
