import { computed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ageText } from '../picture/format.ts'
import { arrived, connected, graph } from './data/live-graph.ts'
import { copyText } from './parts/copy.tsx'
import { Help, helpOpen } from './parts/help.tsx'
import { isTyping } from './parts/keys.ts'
import { Link } from './parts/link.tsx'
import { Empty } from './parts/notice.tsx'
import { Toast } from './parts/toast.tsx'
import { addressOf, go } from './state/location.ts'
import { firstOfEach, page, pages } from './state/page.ts'
import { range } from './state/range.ts'
import { nextTheme } from './state/theme.ts'

/** The frame around every page: navigation, freshness, keys that work everywhere. */

/** Seconds since `ms`, counted up once a second. */
function useAge(ms: number): number {
  const now = useSignal(Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => {
      now.value = Date.now()
    }, 1000)
    return () => window.clearInterval(timer)
  }, [now])
  return Math.max(0, (now.value - ms) / 1000)
}

/** Rows older than this are called out: the tap side is quiet or the store is behind. */
const STALE_S = 60

function Freshness() {
  const age = useAge(arrived.value)
  const shown = graph.value
  if (!shown || !range.value.follows) return null
  const rows_s = shown.coverage.freshness_s
  const stale = rows_s >= 0 && rows_s + age > STALE_S
  const words = rows_s < 0 ? 'no calls yet' : `newest call ${ageText(Math.max(1, rows_s + age))} ago`
  return (
    <span class={`freshness ${stale || !connected.value ? 'stale' : ''}`} data-stale={stale}>
      <i aria-hidden="true" />
      {words}
    </span>
  )
}

function OfflineBanner() {
  const age = useAge(arrived.value)
  if (connected.value || !graph.value) return null
  return (
    <div class="banner" role="alert">
      <strong>Disconnected.</strong> The picture is {ageText(age)} old. Trying again by itself.
    </div>
  )
}

function CurrentPage() {
  const { entry, name, parameters } = page.value
  if (entry) return <entry.Component key={[name, ...Object.values(parameters)].join('/')} {...parameters} />
  return (
    <main class="page">
      <Empty title="There is no such page" kind="missing">
        <Link class="button primary" to={addressOf('/map')}>
          Go to the map
        </Link>
      </Empty>
    </main>
  )
}

/** The first page of each word of the navigation. */
const menu = computed(() => firstOfEach(pages.value, 'menu'))

const SEQUENCE_MS = 1500

/** Keys of every page; `g` waits for the letter of a page. */
function useKeys(): void {
  useEffect(() => {
    let pressed_g = 0
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.altKey || event.ctrlKey || event.metaKey) return
      const goes = event.timeStamp - pressed_g < SEQUENCE_MS
      const target = goes ? pages.value.find(({ key }) => key?.[0] === event.key)?.path : undefined
      pressed_g = event.key === 'g' ? event.timeStamp : -SEQUENCE_MS
      if (target) go(addressOf(target))
      else if (event.key === 'd') nextTheme()
      else if (event.key === '?') helpOpen.value = true
      else if (event.key === 'y') void copyText(window.location.href)
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

export function App() {
  useKeys()
  const { entry, name } = page.value
  const word = entry?.menu ?? 'Not found'
  useEffect(() => {
    document.title = `${word} · tapmesh`
  }, [word])
  return (
    <div class={`app app-${name}`}>
      <header class="top">
        <Link class="brand" to={addressOf('/map')}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M9 16C15 16 15 9 21 9M9 16C15 16 15 23 21 23" />
            <circle cx="8" cy="16" r="4" />
            <circle cx="23" cy="9" r="4" />
            <circle cx="23" cy="23" r="4" />
          </svg>
          tapmesh
        </Link>
        <nav aria-label="Pages">
          {menu.value.map((it) => (
            <Link key={it.path} to={addressOf(it.path)} current={it.menu === word}>
              {it.menu}
            </Link>
          ))}
        </nav>
        <span class="toolbar-gap" />
        <Freshness />
        <button
          type="button"
          class="icon-button"
          title="Dark or light (d)"
          aria-label="Dark or light"
          onClick={nextTheme}
        >
          <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="5.500" />
            <path class="filled" d="M8 2.500A5.500 5.500 0 0 1 8 13.500Z" />
          </svg>
        </button>
        <button
          type="button"
          class="icon-button"
          title="Keys (?)"
          aria-label="Keys"
          onClick={() => {
            helpOpen.value = true
          }}
        >
          ?
        </button>
      </header>
      <OfflineBanner />
      <CurrentPage />
      <Help />
      <Toast />
    </div>
  )
}
