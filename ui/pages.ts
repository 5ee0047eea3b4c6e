import type { ComponentType } from 'preact'
import { MapPage } from './pages/map.tsx'
import { later } from './parts/later.tsx'
import { laterStyle } from './parts/later-style.ts'
import type { PageEntry } from './state/page.ts'

/** Every page, once: navigation, tabs, keys, titles and addresses follow from this list (docs/guide-page.md). */

/** The parameters in a path, as the component gets them: `/edge/:source/:destination`. */
type Parameters<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Record<Name, string> & Parameters<Rest>
  : Path extends `${string}:${infer Name}`
    ? Record<Name, string>
    : object

interface Entry<Path extends string> extends Omit<PageEntry, 'Component'> {
  path: Path
  Component: ComponentType<Parameters<Path>>
}

/** A page whose component takes what is in its path. */
const page = <Path extends string>(entry: Entry<Path>): PageEntry => entry as unknown as PageEntry

/** A page in a file of its own, fetched with the pages' style when it is opened. The map comes with the frame. */
const part = <Props extends object>(load: () => Promise<ComponentType<Props>>) =>
  later(() => laterStyle().then(load))

export const PAGES: readonly PageEntry[] = [
  page({ name: 'map', path: '/map', menu: 'Map', key: ['m', 'Map'], Component: MapPage }),
  page({
    name: 'services',
    path: '/services',
    menu: 'Services',
    key: ['s', 'Services'],
    Component: part(() => import('./pages/services.tsx').then((it) => it.ServicesPage)),
  }),
  page({
    name: 'service',
    path: '/service/:id',
    menu: 'Services',
    Component: part(() => import('./pages/service.tsx').then((it) => it.ServicePage)),
  }),
  page({
    name: 'edge',
    path: '/edge/:source/:destination',
    menu: 'Services',
    Component: part(() => import('./pages/edge.tsx').then((it) => it.EdgePage)),
  }),
  page({
    name: 'calls',
    path: '/calls',
    menu: 'Calls',
    key: ['c', 'Calls'],
    Component: part(() => import('./pages/calls.tsx').then((it) => it.CallsPage)),
  }),
  page({
    name: 'call',
    path: '/call/:id',
    menu: 'Calls',
    Component: part(() => import('./pages/call.tsx').then((it) => it.CallPage)),
  }),
  page({
    name: 'trace',
    path: '/trace/:id',
    menu: 'Calls',
    Component: part(() => import('./pages/trace.tsx').then((it) => it.TracePage)),
  }),
  page({
    name: 'enforce',
    path: '/enforce',
    menu: 'Enforce',
    tab: 'Features',
    key: ['e', 'Features and what is enforced'],
    Component: part(() => import('./pages/enforce.tsx').then((it) => it.EnforcePage)),
  }),
  page({
    name: 'feature',
    path: '/enforce/:service/:feature',
    menu: 'Enforce',
    tab: 'Features',
    Component: part(() => import('./pages/feature.tsx').then((it) => it.FeaturePage)),
  }),
  page({
    name: 'policies',
    path: '/policies',
    menu: 'Enforce',
    tab: 'Rules',
    key: ['p', 'Rules of authorization'],
    Component: part(() => import('./pages/policies.tsx').then((it) => it.PoliciesPage)),
  }),
  page({
    name: 'backtest',
    path: '/backtest',
    menu: 'Enforce',
    tab: 'Back-test',
    Component: part(() => import('./pages/backtest.tsx').then((it) => it.BacktestPage)),
  }),
  page({
    name: 'audit',
    path: '/audit',
    menu: 'Enforce',
    tab: 'Audit',
    key: ['a', 'Audit'],
    Component: part(() => import('./pages/audit.tsx').then((it) => it.AuditPage)),
  }),
  page({
    name: 'status',
    path: '/status',
    menu: 'Status',
    Component: part(() => import('./pages/status.tsx').then((it) => it.StatusPage)),
  }),
  page({
    name: 'setup',
    path: '/setup',
    menu: 'Set up',
    Component: part(() => import('./pages/setup.tsx').then((it) => it.SetupPage)),
  }),
]
