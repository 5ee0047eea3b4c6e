import { GENERATED_DASHBOARDS } from '../../../dashboards/generated.ts'

/** Parts of a dashboard's JSON that tests look at. */
export interface Target {
  refId: string
  datasource: { type: string; uid: string }
  expr?: string
  legendFormat?: string
  rawSql?: string
  queryType?: string
  format?: number | string
}

export interface Panel {
  id: number
  type: string
  title: string
  description: string
  datasource: { type: string; uid: string }
  gridPos: { x: number; y: number; w: number; h: number }
  fieldConfig: { defaults: { unit?: string } }
  links: { url: string; type: string }[]
  targets: Target[]
}

export interface Dashboard {
  uid: string
  title: string
  schemaVersion: number
  templating: { list: { name: string; type: string; query: unknown; datasource?: { uid: string } }[] }
  panels: Panel[]
}

/** Path and content of each. */
export const DASHBOARDS: readonly [string, Dashboard][] = Object.entries(GENERATED_DASHBOARDS).map(
  ([path, text]) => [path, JSON.parse(text()) as Dashboard],
)

/** Every target of one kind with where it stands. */
export function targetsOf(kind: 'expr' | 'rawSql'): { where: string; text: string }[] {
  return DASHBOARDS.flatMap(([path, { panels }]) =>
    panels.flatMap((panel) =>
      panel.targets.flatMap((target) => {
        const text = target[kind]
        return text === undefined ? [] : [{ where: `${path} ${panel.title} ${target.refId}`, text }]
      }),
    ),
  )
}
