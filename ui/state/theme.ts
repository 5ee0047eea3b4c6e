import { effect, signal } from '@preact/signals'
import { recall, remember } from './memory.ts'

/** Light, dark, or what the system says. The choice is the reader's own, so it is not in the URL. */

export const THEMES = ['auto', 'light', 'dark'] as const
export type ThemeChoice = (typeof THEMES)[number]

export const theme = signal<ThemeChoice>('auto')

/** Reads the choice and keeps the document in step with it; call once. */
export function followTheme(): void {
  const stored = recall('local', 'theme')
  theme.value = THEMES.find((it) => it === stored) ?? 'auto'
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
    remember('local', 'theme', theme.value)
  })
}

export function nextTheme(): void {
  const dark =
    theme.value === 'dark' || (theme.value === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  theme.value = dark ? 'light' : 'dark'
}
