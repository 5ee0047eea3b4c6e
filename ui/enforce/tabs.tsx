import type { ComponentChildren } from 'preact'
import { Link } from '../parts/link.tsx'
import { addressOf, page } from '../state/location.ts'

/** The pages about control, side by side under one entry of the navigation. */

const TABS = [
  { path: '/enforce', word: 'Features', names: ['enforce', 'feature'] },
  { path: '/policies', word: 'Rules', names: ['policies'] },
  { path: '/backtest', word: 'Back-test', names: ['backtest'] },
  { path: '/audit', word: 'Audit', names: ['audit'] },
]

export function Tabs() {
  const { name } = page.value
  return (
    <nav class="tabs" aria-label="Control">
      {TABS.map(({ path, word, names }) => (
        <Link key={path} to={addressOf(path)} current={names.includes(name)}>
          {word}
        </Link>
      ))}
    </nav>
  )
}

/** Head of one of these pages; its tools stand at the right. */
export function ControlHead({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="page-head">
      <div>
        <h1>{title}</h1>
        <Tabs />
      </div>
      {children === undefined ? null : <div class="toolbar">{children}</div>}
    </div>
  )
}
