import { readdirSync, readFileSync } from 'node:fs'

/** What a process and its children have used, from /proc (proc(5)). Linux only. */
export interface Usage {
  /** Time on a core, all threads, microseconds. */
  cpu_us: number
  /** User and system time in clock ticks; sampled by the kernel, so only their proportion is used. */
  user_ticks: number
  system_ticks: number
}

/** Reads what these processes have used so far. A process that is gone counts nothing. */
export function usageOf(pids: readonly number[]): Usage {
  const total = { cpu_us: 0, user_ticks: 0, system_ticks: 0 }
  for (const pid of family(pids)) {
    const ticks = parseStat(text(`/proc/${pid}/stat`))
    total.user_ticks += ticks.user_ticks
    total.system_ticks += ticks.system_ticks
    for (const thread of list(`/proc/${pid}/task`)) {
      total.cpu_us += parseSchedstat(text(`/proc/${pid}/task/${thread}/schedstat`))
    }
  }
  return total
}

/** Resident memory of these processes and their children, MiB; shared pages count once a process. */
export function residentMib(pids: readonly number[]): number {
  let kib = 0
  for (const pid of family(pids)) kib += parseResidentKib(text(`/proc/${pid}/status`))
  return kib / 1024
}

/** Memory of these processes and their children that nobody else has (RssAnon), MiB. */
export function privateMib(pids: readonly number[]): number {
  let kib = 0
  for (const pid of family(pids)) kib += parsePrivateKib(text(`/proc/${pid}/status`))
  return kib / 1024
}

/** Nanoseconds on a core are the first field of schedstat. @returns microseconds */
export function parseSchedstat(line: string): number {
  return Number(line.split(' ')[0] || 0) / 1000
}

/** Fields 14 and 15 of stat; the command's name in brackets may itself hold spaces and brackets. */
export function parseStat(line: string): { user_ticks: number; system_ticks: number } {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { user_ticks: Number(fields[11] ?? 0), system_ticks: Number(fields[12] ?? 0) }
}

/** VmRSS of a status file, KiB. */
export function parseResidentKib(status: string): number {
  return Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1] ?? 0)
}

/** RssAnon of a status file, KiB. */
export function parsePrivateKib(status: string): number {
  return Number(/^RssAnon:\s+([0-9]+) kB$/m.exec(status)?.[1] ?? 0)
}

function family(pids: readonly number[]): number[] {
  const all: number[] = []
  const open = [...pids]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    all.push(pid)
    for (const thread of list(`/proc/${pid}/task`)) {
      const children = text(`/proc/${pid}/task/${thread}/children`).trim()
      if (children) open.push(...children.split(' ').map(Number))
    }
  }
  return all
}

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
