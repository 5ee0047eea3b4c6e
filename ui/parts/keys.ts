/** True while the keys belong to a field. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null
  return (
    target?.closest?.('input, textarea, select') !== null &&
    target?.closest?.('input, textarea, select') !== undefined
  )
}
