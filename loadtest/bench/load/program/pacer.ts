/**
 * Worker that beats at an exact rate: timers of the event loop have whole milliseconds, a wait on
 * shared memory has far less. Each beat adds one to the shared counter and wakes the main thread.
 */
import { workerData } from 'node:worker_threads'

const { counter, rate, calls, start } = workerData as {
  counter: Int32Array
  rate: number
  calls: number
  /** performance.timeOrigin + performance.now() of the first beat. */
  start: number
}
const sleeper = new Int32Array(new SharedArrayBuffer(4))

for (let call = 0; call < calls; call++) {
  const due = start + (call * 1000) / rate
  for (;;) {
    const rest = due - (performance.timeOrigin + performance.now())
    if (rest <= 0) break
    Atomics.wait(sleeper, 0, 0, rest)
  }
  Atomics.add(counter, 0, 1)
  Atomics.notify(counter, 0)
}
