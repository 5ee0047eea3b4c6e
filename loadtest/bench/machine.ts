import { cpus, release, totalmem } from 'node:os'
import type { Machine } from './round/measure.ts'

/** The machine a run was made on. */
export function machineHere(): Machine {
  const all = cpus()
  return {
    processor: (all[0]?.model ?? 'unknown processor').replace(/\s+/g, ' ').trim(),
    cores: all.length,
    kernel: release(),
    memory_gib: totalmem() / 1024 ** 3,
    node: process.versions.node,
  }
}
