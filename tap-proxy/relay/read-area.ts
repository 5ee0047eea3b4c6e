import { giveLargeArea, type Pipe, type ReadArea, SHARED_AREA, takeLargeArea } from '../../net/pipe.ts'

/**
 * Where one side reads to next: memory of its own while much comes, the shared area otherwise.
 * @param to the pipe that the bytes were written to
 */
export function nextArea(
  area: ReadArea,
  length: number,
  own: ReadArea | undefined,
  to: Pipe | undefined,
): ReadArea | undefined {
  if (own === undefined) return length === area.window.length ? takeLargeArea() : undefined
  if (length >= SHARED_AREA.window.length || (to?.pendingWrites ?? 0) > 0) return own
  giveLargeArea(own)
  return undefined
}
