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
        const file = new Blob([csvText(props.head, props.rows())], { type: 'text/csv' })
        const link = document.createElement('a')
        link.href = URL.createObjectURL(file)
        link.download = `${props.name}.csv`
        link.click()
        URL.revokeObjectURL(link.href)
      }}
    >
      Save as CSV
    </button>
  )
}
