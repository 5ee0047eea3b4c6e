/** The word that was probably meant, by the number of letters to change. */

function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const swap = row[to - 1]! + (one[at - 1] === other[to - 1] ? 0 : 1)
      next.push(Math.min(swap, row[to]! + 1, next[to - 1]! + 1))
    }
    row = next
  }
  return row[other.length]!
}

/** @param words what is known @returns the nearest one, or undefined where none is near */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const asked = word.toLowerCase().slice(0, 40)
  const near = Math.ceil(asked.length / 3)
  const found = words
    .map((known) => ({ known, far: distance(asked, known) }))
    .filter(({ far }) => far <= near)
    .sort((a, b) => a.far - b.far)
  return found[0]?.known
}
