import { spawn } from 'node:child_process'
import { closeSync, writeSync } from 'node:fs'
import type { Environment } from '../config/load.ts'
import { READY_FD } from './given-sockets.ts'

/** Tells whoever started this process that it serves: the tap that it succeeds, and systemd. */
export function announceReady(environment: Environment, failed: (reason: string) => void): void {
  const fd = Number(environment[READY_FD] ?? Number.NaN)
  if (Number.isInteger(fd)) {
    writeSync(fd, 'ready\n')
    closeSync(fd)
  }
  if (environment['NOTIFY_SOCKET']) tellSystemd(failed)
}

/**
 * Node has no datagram sockets of Unix, so systemd's own program says that this process is now the main one
 * of its unit (sd_notify(3), NotifyAccess=all).
 */
function tellSystemd(failed: (reason: string) => void): void {
  const child = spawn('systemd-notify', ['--ready', `--pid=${process.pid}`], { stdio: 'ignore' })
  child.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message))
  child.on('exit', (code) => {
    if (code !== 0) failed(`systemd-notify ended with ${code}`)
  })
  child.unref()
}
