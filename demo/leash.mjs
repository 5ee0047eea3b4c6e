/**
 * Loaded before each program that the demo starts (`node --import`). The channel to the demo closes
 * when the demo ends, however it ends, `kill -9` included; then this program ends too. Taps get it
 * from outside this way, since a tap in real use must not depend on whoever started it.
 */
const GRACE_MS = 3_000

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), GRACE_MS).unref()
})
