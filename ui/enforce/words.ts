import type { EnforcementCell } from '../../model/enforcement.ts'
import type { Mode } from '../../model/feature.ts'

/** Modes in words. */

/** `enforce 10 %`; a percentage only if it means something. */
export function modeText(mode: Mode, percent: number): string {
  return mode === 'enforce' ? `enforce ${percent} %` : mode
}

/** True if taps get less than the document asks for. */
export function differs(cell: EnforcementCell): boolean {
  return cell.mode !== cell.mode_in_force || cell.percent !== cell.percent_in_force
}
