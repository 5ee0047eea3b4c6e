import { FEATURES, type Parameter, parametersOf } from '../../../model/feature.ts'
import {
  commandPair,
  differencesOf,
  documentValue,
  exampleOf,
  settingsOf,
  writtenOf,
} from '../../../ui/enforce/setting.ts'

const given = (name: string, value: string) => ({ name, value, origin: 'service' as const })
const RETRIES = [given('attempts', '2'), given('codes', '[502, 503]'), given('methods', '[GET, HEAD]')]

test('every value that fits a line is in the form, as it stands; rules are not', () => {
  const rows = settingsOf('retries', RETRIES)
  expect(Object.fromEntries(rows.map(({ name, now }) => [name, now]))).toMatchObject({
    attempts: '2',
    codes: '502, 503',
    methods: 'GET, HEAD',
    backoff: '',
  })
  expect(settingsOf('authorization', []).map(({ name }) => name)).toEqual(['default'])
})

const parameter = (kind: Parameter['kind']): Parameter =>
  FEATURES.flatMap((feature) => parametersOf(feature).map(([, it]) => it)).find((it) => it.kind === kind)!

test.each([
  ['duration', ' 800ms ', '800ms'],
  ['size', '64KiB', '64KiB'],
  ['number', '0.5', 0.5],
  ['number', 'many', 'many'],
  ['methods', 'GET, HEAD', ['GET', 'HEAD']],
  ['statuses', '502 503,x', [502, 503, 'x']],
  ['names', 'eu-1,eu-2', ['eu-1', 'eu-2']],
  ['word', 'strict', 'strict'],
  ['number', '', null],
] as const)('a %s written as %j goes to the document as %j', (kind, text, value) => {
  expect(documentValue(parameter(kind), text)).toEqual(value)
  expect(exampleOf(parameter(kind))).not.toBe('')
})

test('only what differs is a difference, and what is taken out is told as none', () => {
  const rows = settingsOf('retries', RETRIES)
  const now = { mode: 'dry-run', percent: 100, expires: null } as const
  const changed = {
    mode: 'enforce',
    percent: '10',
    attempts: '2',
    codes: '502,503',
    methods: 'GET',
    backoff: '',
  }
  expect(
    differencesOf(now, rows, changed, false).map(({ name, before, after }) => [name, before, after]),
  ).toEqual([
    ['mode', 'dry-run', 'enforce'],
    ['percent', '100', '10'],
    ['methods', '[GET, HEAD]', '[GET]'],
  ])
  expect(differencesOf(now, rows, { attempts: '' }, false)).toEqual([
    { name: 'attempts', before: '2', after: 'none', value: null },
  ])
  expect(differencesOf(now, rows, { expires: '2026-12-01T18:00:00Z' }, false)).toHaveLength(1)
  expect(writtenOf([502, 503])).toBe('[502, 503]')
})

test('for a single caller every value given is a difference, and one left empty is none', () => {
  const rows = settingsOf('retries', RETRIES)
  const now = { mode: 'dry-run', percent: 100, expires: null } as const
  const before = 'as for every caller'
  expect(differencesOf(now, rows, { mode: 'dry-run', attempts: '2', codes: '' }, true)).toEqual([
    { name: 'mode', before, after: 'dry-run', value: 'dry-run' },
    { name: 'attempts', before, after: '2', value: 2 },
  ])
})

test('a difference is written as the command line takes it', () => {
  const written = (value: unknown) => commandPair({ name: 'codes', before: '', after: '', value })
  expect([written([502, 503]), written('2s'), written(null)]).toEqual([
    'codes=[502,503]',
    'codes=2s',
    'codes=',
  ])
})
