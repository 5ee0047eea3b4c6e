import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Written while a demo runs, so that a second one can say so, commands find it, and tests know every process. */
export interface NoteOfDemo {
  pid: number
  api: string
  collector: string
  /** Where `tapmesh demo lose` asks. */
  remote: string
  pids: number[]
}

/** The demo's own part of the data folder of tapmesh. */
export function demoFolder(home: string): string {
  return join(home, 'demo')
}

export function noteFile(folder: string): string {
  return join(folder, 'running.json')
}

/** Undefined where no demo runs in that folder, and none was killed there. */
export function readNote(folder: string): NoteOfDemo | undefined {
  const file = noteFile(folder)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as NoteOfDemo) : undefined
}
