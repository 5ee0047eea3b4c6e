/**
 * Text as a field of a TabSeparated line, every character kept
 * (https://clickhouse.com/docs/interfaces/formats/TabSeparated): unlike names of calls, a document and a
 * reason come back letter by letter. No newline stays raw, so a line is always one row.
 */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
}

/** @param text well-formed UTF-16; see `wellFormed` */
export function textField(text: string): string {
  return text.replaceAll(/[\\\t\n\r\0\b\f]/g, (mark) => ESCAPES[mark]!)
}

/** Halves of surrogate pairs have no UTF-8 form; they become U+FFFD before anything is hashed or stored. */
export function wellFormed(text: string): string {
  return text.toWellFormed()
}
