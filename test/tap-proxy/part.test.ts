import { single } from '../../model/metric.ts'
import {
  applyAll,
  familiesOf,
  type Part,
  Replaceable,
  StartOnly,
  stopAll,
  Watched,
} from '../../tap-proxy/part.ts'

interface Settings {
  port: number
  name?: string
}

const partOf = (name: string, done: string[], fails = false): Part<Settings> => ({
  apply({ port }) {
    if (fails) throw new Error(name)
    done.push(`${name} ${port}`)
    return [name]
  },
  stop: async (grace_ms) => void done.push(`${name} stops ${grace_ms > 0}`),
  families: () => [single(name, 'gauge', name, () => 1)],
})

test('parts take settings, stop and are counted in their order; a fault ends the round', async () => {
  const done: string[] = []
  const parts = [partOf('a', done), partOf('b', done)]
  expect(await applyAll(parts, { port: 1 })).toEqual(['a', 'b'])
  await stopAll(parts, 10_000)
  expect((await familiesOf(parts)).map(({ name }) => name)).toEqual(['a', 'b'])
  await expect(applyAll([partOf('c', done, true), partOf('d', done)], { port: 2 })).rejects.toThrow('c')
  expect(done).toEqual(['a 1', 'b 1', 'a stops true', 'b stops true'])
})

test('only a change of what is watched counts, and an absent value is one', () => {
  const watched = new Watched<Settings>(({ name }) => name)
  const answers = [{ port: 1 }, { port: 2 }, { port: 2, name: 'x' }, { port: 1 }].map((each) =>
    watched.changed(each),
  )
  expect(answers).toEqual([true, false, true, true])
  expect(new Watched<Settings>(({ port }) => port, { port: 1 }).changed({ port: 1 })).toBe(false)
})

test('what is open is closed when it is replaced, and when nothing takes its place', () => {
  const done: string[] = []
  const kept = new Replaceable<Settings, string>(
    ({ name }) => name,
    ({ name }) => name,
    (old, { port }) => done.push(`${old} closed at ${port}`),
  )
  expect(kept.apply({ port: 1, name: 'x' })).toBe(true)
  expect(kept.apply({ port: 2, name: 'x' })).toBe(false)
  expect(kept.apply({ port: 3, name: 'y' })).toBe(true)
  expect(kept.current).toBe('y')
  expect(kept.apply({ port: 4 })).toBe(true)
  expect([kept.current, ...done]).toEqual([undefined, 'x closed at 3', 'y closed at 4'])
})

test('what is read at the start alone is named once when a reload changes it', () => {
  const fixed = new StartOnly<Settings>({ port: 1 }, { 'the port': ({ port }) => port })
  expect(fixed.apply({ port: 1 })).toEqual([])
  expect(fixed.apply({ port: 2 })).toEqual(['the port changes at the next start only'])
  expect(fixed.apply({ port: 2 })).toEqual([])
})
