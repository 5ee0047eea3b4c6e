import type { Children } from '../process/children.ts'
import type { Weather } from '../process/weather.ts'

/**
 * The shape every bench has: a name, what it needs, and a run that gives readings. The readings of
 * one round were taken right after each other, so only readings of the same round are ever compared.
 */
export interface Measure {
  /** As written on the command line and in the name of the results file. */
  name: string
  title: string
  /** One sentence or two: what is measured, how, and what the figure leaves out. */
  explanation: string
  /** Programs and files without which it is skipped as a whole. */
  needs: readonly Need[]
  run(bench: Bench): Promise<Reading[]>
}

export type Need = 'wrk' | 'nginx' | 'tap' | 'collector' | 'picture' | 'bundle'

/** One quantity of one subject, one value a round, in the order of the rounds. */
export interface Reading {
  subject: string
  /** What and in which unit, units last: `cpu_us_per_call`. */
  quantity: string
  rounds: number[]
}

export interface BenchOptions {
  /** Names of measures to run; empty is all. */
  names: readonly string[]
  rounds: number
  /** Seconds of load in each round. */
  seconds: number
  /** One short round of everything: shows that it runs, its figures mean nothing. */
  quick: boolean
  /** Also what takes long and gigabytes: the graph at 50 million calls. */
  full: boolean
  /** Names of the peers that take part; empty is all. For trying things out: targets need their yardsticks. */
  peers: readonly string[]
  /** Folder where filled stores are kept and found again: fifty million calls take a while to make. */
  stores?: string | undefined
}

/** What a measure works with. */
export interface Bench {
  options: BenchOptions
  /** A temporary folder of this measure, deleted at its end. */
  folder: string
  children: Children
  /** The proxy under test has one core for itself; load and backend share the other. */
  cores: { proxy: number; load: number }
  /** A line about progress, for the person waiting. */
  say(line: string): void
  /** Names a subject that could not be measured, and why. */
  skip(subject: string, reason: string): void
  /** Versions of the programs that took part, for the report. */
  version(program: string, version: string): void
}

/** What a results file holds; the report is made of these files alone. */
export interface Results {
  measure: string
  title: string
  explanation: string
  date: string
  options: BenchOptions
  machine: Machine
  weather: Weather
  versions: Record<string, string>
  commands: string[]
  skipped: { subject: string; reason: string }[]
  readings: Reading[]
}

export interface Machine {
  processor: string
  cores: number
  kernel: string
  memory_gib: number
  node: string
}
