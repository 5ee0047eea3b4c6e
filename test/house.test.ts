import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtRooms, builtWings, drawnRooms, drawnWings } from './support/house/drawing.ts'
import { deadLinks, sharedNumbers } from './support/house/pages.ts'
import { parsersWithoutTest, undriven } from './support/house/rules/driven.ts'
import { impurities } from './support/house/rules/purity.ts'
import { longFiles, longFunctions, longMedian } from './support/house/rules/size.ts'
import { deadExports, deadFiles } from './support/house/rules/use.ts'
import { climbs, cycles, homeless, listedUpward, unusedDoors } from './support/house/rules/walls.ts'
import { leftovers, vagueNames } from './support/house/rules/words.ts'
import { ROOT, readHouse } from './support/house/tree.ts'

/** Style is a test. Each rule names what breaks it; test/house-breaches.test.ts shows that it does. */

const house = readHouse()

test.each([
  ['imports go down the floors only, between sub-rooms too', climbs],
  ['no room is listed above one that it imports', listedUpward],
  ['every folder with sources is a room', homeless],
  ['what the floors allow is used', unusedDoors],
  ['no import cycles', cycles],
  ['a file has one purpose: none above the longest length', longFiles],
  ['the median file is near 100 lines', longMedian],
  ['a function fits a screen', longFunctions],
  ['pure rooms know neither sockets, files, timers, randomness nor clocks', impurities],
  ['no file has a name that says nothing', vagueNames],
  ['every file is used by the programs, not by its test alone', deadFiles],
  ['every export is used', deadExports],
  ['every file with code is driven by a test of its own room', undriven],
  ['a parser has its own test', parsersWithoutTest],
  ['no leftovers: nothing skipped, nothing to be done later', leftovers],
])('%s', (_name, rule) => {
  expect(rule(house)).toEqual([])
})

test('docs/architecture.md draws what the floors allow', () => {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
  expect(drawnWings(page)).toEqual(builtWings())
  expect(drawnRooms(page)).toEqual(builtRooms())
})

test('pages link to what is there, and a decision has a number of its own', () => {
  expect(deadLinks()).toEqual([])
  expect(sharedNumbers()).toEqual([])
})
