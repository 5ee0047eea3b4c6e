import type { Visit } from './ui-page.ts'

/** What axe-core finds wrong with a page. */

interface Axe {
  run(
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
}

/** Brings axe into every page that is opened from now on, as a script of the debugger: the page's own policy would forbid it. */
export async function bringAxe(visit: Visit): Promise<void> {
  await visit.context.addInitScript({ path: require.resolve('axe-core/axe.min.js') })
}

/** One line for each fault of the page as it is. */
export async function faults(visit: Visit, rules: object): Promise<string[]> {
  const { violations } = await visit.page.evaluate(
    (options) => (window as unknown as { axe: Axe }).axe.run(options),
    rules,
  )
  return violations.flatMap((it) => it.nodes.map((node) => `${it.id}: ${node.html} ${node.failureSummary}`))
}
