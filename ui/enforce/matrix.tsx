import type { EnforcementCell } from '../../model/enforcement.ts'
import { CATALOGUE, FEATURES } from '../../model/feature.ts'
import { Link } from '../parts/link.tsx'
import { serviceAddress } from '../state/location.ts'
import { MatrixCell } from './cell.tsx'

/** Services by features. The arrow keys go from cell to cell, Enter opens one. */

/** Rows drawn at once; the filter finds the others. */
export const MATRIX_ROWS_MAX = 100

export interface MatrixRow {
  service: string
  cells: ReadonlyMap<string, EnforcementCell>
}

/** Services that the document names first, then those that are called, each by name. */
export function matrixRows(cells: readonly EnforcementCell[], called: readonly string[]): MatrixRow[] {
  const named = new Map<string, Map<string, EnforcementCell>>()
  for (const cell of cells) {
    const row = named.get(cell.service) ?? new Map<string, EnforcementCell>()
    named.set(cell.service, row.set(cell.feature, cell))
  }
  const others = [...new Set(called)].filter((service) => !named.has(service))
  return [...[...named.keys()].sort(), ...others.sort()].map((service) => ({
    service,
    cells: named.get(service) ?? new Map(),
  }))
}

const STEPS: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

function onKey(event: KeyboardEvent): void {
  const step = STEPS[event.key]
  const target = event.target as HTMLElement
  const column = target.closest('td')
  const row = target.closest('tr')
  if (!step || !column || !row || event.altKey || event.ctrlKey || event.metaKey) return
  const rows = [...(row.parentElement?.children ?? [])]
  const next = rows[rows.indexOf(row) + step[0]]?.children[column.cellIndex + step[1]]
  const link = next?.querySelector('a')
  if (!link) return
  event.preventDefault()
  link.focus()
}

export function Matrix({ rows }: { rows: readonly MatrixRow[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="table-scroll matrix" aria-label="Features by service" tabIndex={0} onKeyDown={onKey}>
      <table>
        <thead>
          <tr>
            <th scope="col">Service</th>
            {FEATURES.map((feature) => (
              <th key={feature} scope="col">
                {CATALOGUE[feature].title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ service, cells }) => (
            <tr key={service} data-service={service}>
              <th scope="row">
                <Link class="name-cell" to={serviceAddress(service)}>
                  {service}
                </Link>
              </th>
              {FEATURES.map((feature) => (
                <td key={feature} data-feature={feature}>
                  <MatrixCell service={service} feature={feature} cell={cells.get(feature)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
