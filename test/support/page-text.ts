import type { Locator } from 'playwright-core'

/** The text of a part of a page, its white space as single blanks. */
export async function textOf(part: Locator): Promise<string> {
  return ((await part.textContent()) ?? '').replaceAll(/\s+/g, ' ').trim()
}
