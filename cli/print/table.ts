/** Plain tables for people: no frame, columns two spaces apart, as wide as the terminal allows. */

export interface TableColumn {
  title: string
  align?: 'left' | 'right'
  /** May be shortened when the line is too long; the longest of these gives way first. */
  flexible?: boolean
  paint?: (cell: string, row: readonly string[]) => string
}

const GAP = '  '
const FLEXIBLE_MIN = 8

/**
 * Makes text from outside safe for a terminal: control bytes (escape sequences could recolour or
 * rewrite the screen) become visible.
 */
export function plain(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Cuts in the middle: in paths and names the end often says more than the middle. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text
  if (width <= 1) return text.slice(0, width)
  const head = Math.ceil((width - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`
}

function widthsOf(
  columns: readonly TableColumn[],
  cells: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  )
  const room = width - GAP.length * (columns.length - 1)
  for (let excess = sum(widths) - room; excess > 0; excess = sum(widths) - room) {
    const at = widestFlexible(columns, widths)
    if (at === -1) break
    widths[at] = widths[at]! - 1
  }
  return widths
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

function widestFlexible(columns: readonly TableColumn[], widths: readonly number[]): number {
  let found = -1
  for (let at = 0; at < columns.length; at++) {
    if (columns[at]!.flexible !== true || widths[at]! <= FLEXIBLE_MIN) continue
    if (found === -1 || widths[at]! > widths[found]!) found = at
  }
  return found
}

/** The lines of a table, head first, each without trailing blanks. `width` is in characters. */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
  head: (text: string) => string = (text) => text,
): string[] {
  const cells = rows.map((row) => row.map(plain))
  const widths = widthsOf(columns, cells, width)
  const fitted = (text: string, at: number) => {
    const short = shorten(text, widths[at]!)
    if (columns[at]!.align === 'right') return short.padStart(widths[at]!)
    return at === columns.length - 1 ? short : short.padEnd(widths[at]!)
  }
  const title = columns.map((column, at) => fitted(column.title, at)).join(GAP)
  return [
    head(title.trimEnd()),
    ...cells.map((row) =>
      row
        .map((cell, at) => {
          const text = fitted(cell, at)
          const paint = columns[at]!.paint
          return paint ? paint(text, row) : text
        })
        .join(GAP)
        .trimEnd(),
    ),
  ]
}
