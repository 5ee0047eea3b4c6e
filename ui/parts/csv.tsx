import { saveFile } from './save.ts'

/** Tables as files, made in the browser from what is shown. */

export type CsvCell = string | number | boolean

/** RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvText(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  const cell = (value: CsvCell): string => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `${[head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

/** A link that saves the rows as they are at the click. */
export function CsvLink(props: {
  name: string
  head: readonly string[]
  rows: () => readonly (readonly CsvCell[])[]
}) {
  return (
    <button
      type="button"
      class="button quiet"
      onClick={() => {
        const text = csvText(props.head, props.rows())
        saveFile(`${props.name}.csv`, new Blob([text], { type: 'text/csv' }))
      }}
    >
      Save as CSV
    </button>
  )
}
