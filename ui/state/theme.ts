import { computed, effect, signal } from '@preact/signals'
import { recall, remember } from './memory.ts'

/** Light, dark, or what the system says. The choice is the reader's own, so it is not in the URL. */

export const THEMES = ['auto', 'light', 'dark'] as const
export type ThemeChoice = (typeof THEMES)[number]

export const theme = signal<ThemeChoice>('auto')

/** Reads the choice and keeps the document in step with it; call once. */
export function followTheme(): void {
  const stored = recall('local', 'theme')
  theme.value = THEMES.find((it) => it === stored) ?? 'auto'
  const system = window.matchMedia(DARK)
  system_dark.value = system.matches
  system.addEventListener('change', () => {
    system_dark.value = system.matches
  })
  effect(() => {
    document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light'
  })
  effect(() => {
    remember('local', 'theme', theme.value)
  })
}

const DARK = '(prefers-color-scheme: dark)'
const system_dark = signal(false)

/** What is on screen: the style sheet goes by it, and a canvas, which no style sheet colours. */
export const isDark = computed(() => theme.value === 'dark' || (theme.value === 'auto' && system_dark.value))

export function nextTheme(): void {
  theme.value = isDark.value ? 'light' : 'dark'
}
