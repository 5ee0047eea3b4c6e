import { jsonText } from '../../../loadtest/bench/json-text.ts'

const VALUE = {
  name: 'graph',
  rounds: [1.5, 2, 3],
  none: [],
  nothing: {},
  readings: [{ subject: 'tap', rounds: [1] }],
  commands: ['x'.repeat(80), 'y'.repeat(80)],
  full: false,
  missing: null,
}

test('it says the same as JSON does', () => {
  expect(JSON.parse(jsonText(VALUE))).toEqual(VALUE)
})

test('numbers stay on one line, objects and long texts do not', () => {
  const text = jsonText(VALUE)
  expect(text).toContain('  "rounds": [1.5, 2, 3],\n')
  expect(text).toContain(
    '  "readings": [\n    {\n      "subject": "tap",\n      "rounds": [1]\n    }\n  ],\n',
  )
  expect(text).toMatch(/"commands": \[\n {4}"x+",\n {4}"y+"\n {2}\]/)
  expect(text.split('\n').every((line) => line.length <= 110)).toBe(true)
})
