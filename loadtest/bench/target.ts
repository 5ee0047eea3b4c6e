/** One thing that tapmesh promises of its own cost. */
export interface Target {
  text: string
  measure: string
  subject: string
  quantity: string
  /** The reading it is divided by, round by round; none where the figure itself is the target. */
  against?: { subject: string; quantity?: string; measure?: string }
  bound: '<=' | '>='
  must: number
  aim?: number
  /** An absolute CPU time, scaled to the core that targets are meant for (`calibration`). */
  calibrated?: true
  /** Written behind the figure; ratios have none. */
  unit?: string
  /** Why it is missed, where it is and the reason is known. */
  reason?: string
}
