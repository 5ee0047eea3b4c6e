import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { ageText } from '../picture/format.ts'
import { arrived, connected, graph } from './data/live-graph.ts'
import { MapPage } from './pages/map.tsx'
import { copyText } from './parts/copy.tsx'
import { Help, helpOpen } from './parts/help.tsx'
import { isTyping } from './parts/keys.ts'
import { later } from './parts/later.tsx'
import { laterStyle } from './parts/later-style.ts'
import { Link } from './parts/link.tsx'
import { Empty } from './parts/notice.tsx'
import { Toast } from './parts/toast.tsx'
import { addressOf, go, page, place } from './state/location.ts'
import { range } from './state/range.ts'
import { nextTheme } from './state/theme.ts'

/** The frame around every page: navigation, freshness, keys that work everywhere. */

/** A page in a file of its own, fetched with the pages' style when it is opened. The map comes with the frame. */
const pagePart = <Props extends object>(load: () => Promise<ComponentType<Props>>) =>
  later(() => laterStyle().then(load))

const ServicesPage = pagePart(() => import('./pages/services.tsx').then((it) => it.ServicesPage))
const ServicePage = pagePart(() => import('./pages/service.tsx').then((it) => it.ServicePage))
const EdgePage = pagePart(() => import('./pages/edge.tsx').then((it) => it.EdgePage))
const CallsPage = pagePart(() => import('./pages/calls.tsx').then((it) => it.CallsPage))
const TracePage = pagePart(() => import('./pages/trace.tsx').then((it) => it.TracePage))
const StatusPage = pagePart(() => import('./pages/status.tsx').then((it) => it.StatusPage))
const EnforcePage = pagePart(() => import('./pages/enforce.tsx').then((it) => it.EnforcePage))
const FeaturePage = pagePart(() => import('./pages/feature.tsx').then((it) => it.FeaturePage))
const PoliciesPage = pagePart(() => import('./pages/policies.tsx').then((it) => it.PoliciesPage))
const BacktestPage = pagePart(() => import('./pages/backtest.tsx').then((it) => it.BacktestPage))
const AuditPage = pagePart(() => import('./pages/audit.tsx').then((it) => it.AuditPage))
const CallPage = pagePart(() => import('./pages/call.tsx').then((it) => it.CallPage))
const SetupPage = pagePart(() => import('./pages/setup.tsx').then((it) => it.SetupPage))

const PAGES = [
  { path: '/map', word: 'Map', names: ['map'] },
  { path: '/services', word: 'Services', names: ['services', 'service', 'edge'] },
  { path: '/calls', word: 'Calls', names: ['calls', 'call', 'trace'] },
  { path: '/enforce', word: 'Enforce', names: ['enforce', 'feature', 'policies', 'backtest', 'audit'] },
  { path: '/status', word: 'Status', names: ['status'] },
  { path: '/setup', word: 'Set up', names: ['setup'] },
]

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
  const shown = page.value
  switch (shown.name) {
    case 'map':
      return <MapPage />
    case 'services':
      return <ServicesPage />
    case 'service':
      return <ServicePage key={shown.service} id={shown.service} />
    case 'edge':
      return (
        <EdgePage
          key={`${shown.source} ${shown.destination}`}
          source={shown.source}
          destination={shown.destination}
        />
      )
    case 'calls':
      return <CallsPage />
    case 'call':
      return <CallPage key={shown.call} id={shown.call} />
    case 'trace':
      return <TracePage key={shown.trace} id={shown.trace} />
    case 'enforce':
      return <EnforcePage />
    case 'feature':
      return <FeaturePage key={place.value.path} service={shown.service} feature={shown.feature} />
    case 'policies':
      return <PoliciesPage />
    case 'backtest':
      return <BacktestPage />
    case 'audit':
      return <AuditPage />
    case 'status':
      return <StatusPage />
    case 'setup':
      return <SetupPage />
    case 'missing':
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
}

const GO: Record<string, string> = {
  m: '/map',
  s: '/services',
  c: '/calls',
  e: '/enforce',
  p: '/policies',
  a: '/audit',
}
const SEQUENCE_MS = 1500

/** Keys of every page; `g` waits for the letter of a page. */
function useKeys(): void {
  useEffect(() => {
    let pressed_g = 0
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.altKey || event.ctrlKey || event.metaKey) return
      const target = event.timeStamp - pressed_g < SEQUENCE_MS ? GO[event.key] : undefined
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
  const { name } = page.value
  useEffect(() => {
    const word = PAGES.find((it) => it.names.includes(name))?.word ?? 'Not found'
    document.title = `${word} · tapmesh`
  }, [name])
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
          {PAGES.map((it) => (
            <Link key={it.path} to={addressOf(it.path)} current={it.names.includes(name)}>
              {it.word}
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
