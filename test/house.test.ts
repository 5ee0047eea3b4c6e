import { parsersWithoutTest, undriven } from './support/house/rules/driven.ts'
import { impurities } from './support/house/rules/purity.ts'
import { longFiles, longFunctions, longMedian } from './support/house/rules/size.ts'
import { deadExports, deadFiles } from './support/house/rules/use.ts'
import { climbs, cycles, homeless, listedUpward, unusedDoors } from './support/house/rules/walls.ts'
import { leftovers, vagueNames } from './support/house/rules/words.ts'
import { readHouse } from './support/house/tree.ts'

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
