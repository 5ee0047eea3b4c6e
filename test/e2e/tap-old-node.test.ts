import { builtTap } from './support/built-tap.ts'
import { spawnTap } from './support/tap-process.ts'

test('under an old Node the single file says what it needs, in one line', async () => {
  // The version is the one thing of an old Node that the head of the file asks for.
  const old = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'18.19.0'}})`
  const tap = spawnTap(['--service', 'a'], { NODE_OPTIONS: `--import "${old}"` }, await builtTap())
  expect(await tap.exited).toBe(69)
  expect(tap.stderr()).toMatch(
    /^tapmesh needs Node 22\.15 or newer; \S+ is 18\.19\.0 \(TAPMESH_NODE_OLD\)\n$/,
  )
})
