/**
 * The status of a call is text, as its protocol writes it: `200`, `42P01`, `WRONGTYPE`, or nothing where no
 * answer came. HTTP has numbers, whose texts are made once, so that a call allocates nothing for them.
 */
const TEXTS: readonly string[] = Array.from({ length: 1000 }, (_, status) =>
  status === 0 ? '' : String(status),
)

/** Text of an HTTP status; empty for 0, which means that no answer came. */
export function statusText(status: number): string {
  return TEXTS[status] ?? String(status)
}

/** An HTTP status from its text; 0 where it is empty or no number. */
export function statusNumber(text: string): number {
  if (text.length !== 3) return 0
  const status = (text.charCodeAt(0) - 48) * 100 + (text.charCodeAt(1) - 48) * 10 + text.charCodeAt(2) - 48
  return TEXTS[status] === text ? status : 0
}
