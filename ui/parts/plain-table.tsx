/** What small tables have in common: a head that does not sort, and how errors are toned. */

/** Columns of words first, those of figures behind them. */
export function PlainHead({ words, figures }: { words: readonly string[]; figures: readonly string[] }) {
  return (
    <thead>
      <tr>
        {words.map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
        {figures.map((title) => (
          <th key={title} scope="col" class="number">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  )
}

/** Class of a cell that tells of errors, as a number or as a share. */
export const errorClass = (errors: number): string => `number ${errors > 0 ? 'is-bad' : 'faint'}`
