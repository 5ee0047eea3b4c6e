import type { RowBlock } from '../../model/block-reader.ts'

/** A batch that is on disk, for everyone who looks at rows on their way to the store. */
export interface AcceptedBatch {
  tap: string
  blocks: readonly RowBlock[]
  /** Good rows. */
  rows: number
}

/** @param read is handed each good row of each block */
export function eachGoodRow({ blocks }: AcceptedBatch, read: (block: RowBlock, row: number) => void): void {
  for (const block of blocks) {
    const { faults, rows } = block
    for (let row = 0; row < rows; row++) if (faults.size === 0 || !faults.has(row)) read(block, row)
  }
}
