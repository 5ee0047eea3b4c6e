import { BOARDS } from './boards.ts'
import { dashboardOf } from './dashboard.ts'
import type { Variant } from './question/target.ts'

/** The files that `npm run docs` writes for Grafana; a test fails when one is stale. */

const VARIANTS: readonly Variant[] = ['prometheus', 'clickhouse']

/** Path below the root -> text. */
export const GENERATED_DASHBOARDS: Readonly<Record<string, () => string>> = Object.fromEntries(
  BOARDS.flatMap((board) =>
    VARIANTS.flatMap((variant) => {
      const dashboard = dashboardOf(board, variant)
      if (dashboard === undefined) return []
      const path = `dashboards/generated/${variant}/${board.id}.json`
      return [[path, () => `${JSON.stringify(dashboard, null, 2)}\n`] as const]
    }),
  ),
)
