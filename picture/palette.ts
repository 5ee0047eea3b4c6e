import type { Health } from '../model/graph.ts'

/**
 * Colours of the picture in both themes. The health hues are those of Okabe and Ito, which stay
 * apart for people with any common colour blindness; each theme darkens or lightens them until
 * lines reach a contrast of 3 and text 4.5 (WCAG 2.2, 1.4.3 and 1.4.11). The style sheet of the UI
 * repeats these values as variables; a test keeps the two together.
 */
export type Theme = 'light' | 'dark'

export interface Palette {
  canvas: string
  surface: string
  border: string
  text: string
  muted: string
  line: string
  accent: string
  /** For strokes and fills beside text. */
  health: Record<Health, string>
  /** For words. */
  health_text: Record<Health, string>
}

export const PALETTES: Record<Theme, Palette> = {
  light: {
    canvas: '#f6f7f9',
    surface: '#ffffff',
    border: '#dfe3e9',
    text: '#171b22',
    muted: '#586170',
    line: '#7f8998',
    accent: '#0067a3',
    health: { ok: '#009e73', warn: '#b87d00', bad: '#d55e00', unknown: '#77808e', idle: '#7d8694' },
    health_text: { ok: '#00704f', warn: '#855a00', bad: '#b04900', unknown: '#586170', idle: '#586170' },
  },
  dark: {
    canvas: '#0f1217',
    surface: '#171b22',
    border: '#2a303a',
    text: '#e9ecf1',
    muted: '#9da6b4',
    line: '#69748a',
    accent: '#56b4e9',
    health: { ok: '#12a97e', warn: '#e69f00', bad: '#e8752a', unknown: '#8891a0', idle: '#69748a' },
    health_text: { ok: '#35c79b', warn: '#eeb02f', bad: '#f48d4a', unknown: '#9da6b4', idle: '#9da6b4' },
  },
}

/** A shape for each state, so that no state is told by colour alone. */
export const BADGES: Record<Health, string> = { ok: '●', warn: '▲', bad: '■', unknown: '?', idle: '○' }

/** A mark on a service's box: its objective is kept, at risk or missed. */
export const SLO_MARKS = { ok: '✓', burning: '!', exhausted: '✕' } as const

/** Dash pattern of an edge by state: solid, long, short; empty is solid. */
export const DASHES: Record<Health, string> = {
  ok: '',
  warn: '10 5',
  bad: '4 4',
  unknown: '1 5',
  idle: '1 5',
}

function channel(value: number): number {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

/** Relative luminance of `#rrggbb`, 0..1 (WCAG 2.2). */
export function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => channel(Number.parseInt(colour.slice(at, at + 2), 16)))
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** Contrast ratio of two `#rrggbb` colours, 1..21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light! + 0.05) / (dark! + 0.05)
}
