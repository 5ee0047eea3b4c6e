/** A batch that is on disk, for everyone who looks at rows on their way to the store. */
export interface AcceptedBatch {
  tap: string
  lines: Buffer
  /** Good lines. */
  rows: number
  /** Start and end of each line that is not good, one after the other. */
  bad: readonly number[]
}

/** @param read is handed where each good line starts, and gives back the place of its newline */
export function eachGoodLine({ lines, bad }: AcceptedBatch, read: (start: number) => number): void {
  let next = 0
  for (let start = 0; start < lines.length; ) {
    if (bad[next] === start) {
      start = bad[next + 1]! + 1
      next += 2
    } else {
      start = read(start) + 1
    }
  }
}
