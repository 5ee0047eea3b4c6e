/** Separator that no name holds: names are printable ASCII (model/row.ts). */
const SEPARATOR = '\u0001'

/** One key for all protocols between two services: the map draws one line for them. */
export function edgeKey(edge: { source: string; destination: string }): string {
  return `${edge.source}${SEPARATOR}${edge.destination}`
}
