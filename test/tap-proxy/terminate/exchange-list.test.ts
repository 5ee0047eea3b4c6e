import { giveExchange, takeExchange } from '../../../tap-proxy/terminate/exchange-list.ts'

test('an exchange given back serves the next call; two calls never share one', () => {
  const first = takeExchange()
  expect(takeExchange()).not.toBe(first)
  giveExchange(first)
  expect(takeExchange()).toBe(first)
})
