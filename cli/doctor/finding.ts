/** What one check of the doctor found. */
export interface Finding {
  check: string
  /** `fault` makes the exit code 1; `note` is worth knowing. */
  state: 'ok' | 'note' | 'fault'
  detail: string
  /** The exact command or step that mends it; empty where nothing is to be done. */
  fix: string
}

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail, fix: '' })
export const note = (check: string, detail: string, fix = ''): Finding => ({
  check,
  state: 'note',
  detail,
  fix,
})
export const fault = (check: string, detail: string, fix: string): Finding => ({
  check,
  state: 'fault',
  detail,
  fix,
})
