import type { ComponentChildren } from 'preact'
import { Link } from '../parts/link.tsx'
import { addressOf } from '../state/location.ts'
import { firstOfEach, page, pages } from '../state/page.ts'

/** The pages about control, side by side under one entry of the navigation. */

export function Tabs() {
  const { entry } = page.value
  const shown = pages.value.filter(({ menu, tab }) => menu === entry?.menu && tab !== undefined)
  return (
    <nav class="tabs" aria-label="Control">
      {firstOfEach(shown, 'tab').map(({ tab, path }) => (
        <Link key={tab} to={addressOf(path)} current={entry?.tab === tab}>
          {tab}
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
