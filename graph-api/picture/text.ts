/** Widths of text without a font at hand: rough, a little too wide rather than too narrow. */

const NARROW = /[iljtfr.,:;|'!()[\] ]/
const WIDE = /[mwMW@%—]/
const UPPER = /[A-Z0-9&#+=~<>?]/

/** Width of `text` in a common sans-serif font of `size` pixels. */
export function textWidth(text: string, size: number): number {
  let ems = 0
  for (const char of text) {
    if (NARROW.test(char)) ems += 0.33
    else if (WIDE.test(char)) ems += 0.9
    else if (UPPER.test(char)) ems += 0.66
    else ems += char.charCodeAt(0) > 0x2e80 ? 1.05 : 0.57
  }
  return ems * size
}

/** `text`, or as much of it as fits `width` with an ellipsis; long names keep their end too. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text
  const chars = [...text]
  for (let keep = chars.length - 1; keep > 1; keep--) {
    const tail = keep > 8 ? Math.floor(keep / 3) : 0
    const cut = `${chars.slice(0, keep - tail).join('')}…${tail > 0 ? chars.slice(-tail).join('') : ''}`
    if (textWidth(cut, size) <= width) return cut
  }
  return '…'
}
