/** A batch that is on disk, for everyone who looks at rows on their way to the store. */
export interface AcceptedBatch {
  tap: string
  lines: Buffer
  /** Good lines. */
  rows: number
  /** Start and end of each line that is not good, one after the other. */
  bad: readonly number[]
}
