import { fitText, textWidth } from '../../picture/text.ts'

test('a text that fits stays whole, a longer one keeps both ends', () => {
  expect(fitText('cart', 14, 200)).toBe('cart')
  const cut = fitText('recommendation-gateway-eu-2', 14, 120)
  expect(cut).toMatch(/^recomm.*….*eu-2$/)
  expect(textWidth(cut, 14)).toBeLessThanOrEqual(120)
})

test('wide letters count more than narrow ones', () => {
  expect(textWidth('WWW', 10)).toBeGreaterThan(textWidth('iii', 10) * 2)
})
