import { CATALOGUE, FEATURES, isFeature, parametersOf } from '../../model/feature.ts'

test('every default of the catalogue lies within its own bounds', () => {
  for (const feature of FEATURES) {
    for (const [name, parameter] of parametersOf(feature)) {
      const value: unknown = parameter.default
      if (!('min' in parameter) || value === undefined) continue
      const within = Number(value) >= parameter.min && Number(value) <= parameter.max
      expect([feature, name, within]).toEqual([feature, name, true])
    }
  }
})

test('every feature says what it does, what the evidence is, and what each parameter means', () => {
  for (const feature of FEATURES) {
    expect(CATALOGUE[feature].effect).toMatch(/\.$/)
    expect(CATALOGUE[feature].evidence).toMatch(/\.$/)
    for (const [, { sentence }] of parametersOf(feature)) expect(sentence).toMatch(/\.$/)
  }
})

test('names that every object has are no features', () => {
  expect(['retries', 'toString', '__proto__', ''].map(isFeature)).toEqual([true, false, false, false])
})
