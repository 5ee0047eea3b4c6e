import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contrast, luminance, PALETTES } from '../../picture/palette.ts'

const themes = Object.entries(PALETTES)

test('contrast is as WCAG computes it', () => {
  expect(luminance('#ffffff')).toBeCloseTo(1)
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 1)
})

test.each(themes)('words are readable on every ground of the %s theme', (_, colours) => {
  for (const ground of [colours.canvas, colours.surface]) {
    for (const word of [colours.text, colours.muted, colours.accent, ...Object.values(colours.health_text)]) {
      expect(contrast(word, ground)).toBeGreaterThanOrEqual(4.5)
    }
  }
})

test.each(themes)('lines and badges stand out in the %s theme', (_, colours) => {
  for (const ground of [colours.canvas, colours.surface]) {
    for (const line of [colours.line, ...Object.values(colours.health)]) {
      expect(contrast(line, ground)).toBeGreaterThanOrEqual(3)
    }
  }
})

test('the style sheet of the UI uses the same colours', () => {
  const css = readFileSync(join(import.meta.dirname, '../../ui/style/tokens.css'), 'utf8')
  const [light, dark] = css.split(':root[data-theme="dark"]') as [string, string]
  for (const [block, colours] of [
    [light, PALETTES.light],
    [dark, PALETTES.dark],
  ] as const) {
    for (const name of ['canvas', 'surface', 'border', 'text', 'muted', 'line', 'accent'] as const) {
      expect(block).toContain(`--${name}: ${colours[name]};`)
    }
    for (const state of ['ok', 'warn', 'bad', 'unknown', 'idle'] as const) {
      expect(block).toContain(`--${state}: ${colours.health[state]};`)
    }
  }
})
