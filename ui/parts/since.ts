import { agoText } from '../../picture/format.ts'

/** `12 s ago`, counted by this browser's clock; `none` where there is no instant. */
export function sinceText(instant: string | null, none = 'never'): string {
  return instant === null ? none : agoText(Math.max(0, (Date.now() - Date.parse(instant)) / 1000))
}
