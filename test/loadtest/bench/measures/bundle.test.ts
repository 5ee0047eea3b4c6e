import { isLoaded } from '../../../../loadtest/bench/measures/bundle.ts'

test('what a browser loads counts, source maps and notes do not', () => {
  expect(['app.js', 'index.html', 'app.css', 'icon.svg'].every(isLoaded)).toBe(true)
  expect(['app.js.map', 'meta.json', 'LICENSE.txt'].some(isLoaded)).toBe(false)
})
