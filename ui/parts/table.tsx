import type { ComponentChildren, VNode } from 'preact'

/** Tables whose head sorts; the order is told by whoever holds the state. */

export interface TableColumn<Row> {
  id: string
  title: string
  /** Right-aligned, with tabular figures. */
  number?: boolean
  /** Value to sort by; a column without one does not sort. */
  value?: (row: Row) => number | string
  cell: (row: Row) => ComponentChildren
}

export interface Order {
  column: string
  descending: boolean
}

/** `-errors` or `name` as an order. */
export function orderOf(text: string, fallback: Order): Order {
  if (text === '') return fallback
  return { column: text.replace(/^-/, ''), descending: text.startsWith('-') }
}

export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  order: Order,
): Row[] {
  const value = columns.find((column) => column.id === order.column)?.value
  if (!value) return [...rows]
  const sign = order.descending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)]
    return (
      sign *
      (typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left) < String(right)
          ? -1
          : 1)
    )
  })
}

interface TableProps<Row> {
  label: string
  columns: TableColumn<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  order?: Order
  onOrder?: (text: string) => void
  class?: string
}

export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  order,
  onOrder,
  class: name,
}: TableProps<Row>): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class={`table-scroll ${name ?? ''}`} aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => {
              const sorted = order?.column === column.id
              const direction = sorted ? (order.descending ? 'descending' : 'ascending') : undefined
              return (
                <th
                  key={column.id}
                  scope="col"
                  class={column.number ? 'number' : undefined}
                  aria-sort={direction}
                >
                  {column.value && onOrder ? (
                    <button
                      type="button"
                      class="sort"
                      onClick={() =>
                        onOrder(
                          sorted && !order.descending
                            ? `-${column.id}`
                            : sorted
                              ? column.id
                              : column.number
                                ? `-${column.id}`
                                : column.id,
                        )
                      }
                    >
                      {column.title}
                      <span aria-hidden="true">{sorted ? (order.descending ? ' ↓' : ' ↑') : ''}</span>
                    </button>
                  ) : (
                    column.title
                  )}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.id} class={column.number ? 'number' : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
