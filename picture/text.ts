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

/** Names fitted so far: a live map asks for the same ones every two seconds. */
const fitted = new Map<string, string>()
const FITTED_MAX = 5000
/** No letter is narrower, so this many more cannot fit. */
const NARROWEST_EMS = 0.33

/** `text`, or as much of it as fits `width` with an ellipsis; long names keep their end too. */
export function fitText(text: string, size: number, width: number): string {
  const key = `${size} ${width} ${text}`
  let found = fitted.get(key)
  if (found === undefined) {
    found = cut(text, size, width)
    if (fitted.size >= FITTED_MAX) fitted.clear()
    fitted.set(key, found)
  }
  return found
}

function cut(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text
  const chars = [...text]
  const most = Math.ceil(width / (NARROWEST_EMS * size))
  for (let keep = Math.min(chars.length - 1, most); keep > 1; keep--) {
    const tail = keep > 8 ? Math.floor(keep / 3) : 0
    const short = `${chars.slice(0, keep - tail).join('')}…${tail > 0 ? chars.slice(-tail).join('') : ''}`
    if (textWidth(short, size) <= width) return short
  }
  return '…'
}
