import { EDGE } from './board/edge.ts'
import { HEALTH } from './board/health.ts'
import { OVERVIEW } from './board/overview.ts'
import { ROUTES } from './board/routes.ts'
import { SERVICE } from './board/service.ts'
import { SLO } from './board/slo.ts'
import { TCP } from './board/tcp.ts'
import type { Board } from './question/question.ts'

/** Every dashboard, in the order they are read. */
export const BOARDS: readonly Board[] = [OVERVIEW, SERVICE, EDGE, ROUTES, TCP, SLO, HEALTH]
