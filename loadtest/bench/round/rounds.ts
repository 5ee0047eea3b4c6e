import type { Bench, Reading } from './measure.ts'

export interface Subject {
  name: string
}

/** What one subject gave in one round, by quantity. */
export type Values = Readonly<Record<string, number>>

/**
 * Runs every subject once in each round, A B C A B C …, so that a change of the machine's weather
 * hits all of them. Each subject is warmed up once before the first round.
 */
export async function interleave<S extends Subject>(
  bench: Bench,
  subjects: readonly S[],
  work: (subject: S, round: number) => Promise<Values>,
  warmUp?: (subject: S) => Promise<unknown>,
): Promise<Reading[]> {
  if (warmUp) for (const subject of subjects) await warmUp(subject)
  const readings = new Map<string, Reading>()
  for (let round = 0; round < bench.options.rounds; round++) {
    for (const subject of subjects) {
      const values = await work(subject, round)
      for (const [quantity, value] of Object.entries(values)) {
        note(readings, subject.name, quantity, value)
      }
      bench.say(`round ${round + 1}/${bench.options.rounds} ${subject.name}: ${brief(values)}`)
    }
  }
  return [...readings.values()]
}

function note(readings: Map<string, Reading>, subject: string, quantity: string, value: number): void {
  const key = `${subject} ${quantity}`
  const reading = readings.get(key) ?? { subject, quantity, rounds: [] }
  reading.rounds.push(Number(value.toPrecision(6)))
  readings.set(key, reading)
}

function brief(values: Values): string {
  return Object.entries(values)
    .map(([quantity, value]) => `${quantity} ${Number(value.toPrecision(4))}`)
    .join(', ')
}
