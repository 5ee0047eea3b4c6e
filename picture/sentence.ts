import type { GraphEdge, GraphNode, Health } from '../model/graph.ts'
import { durationText, rateText, shareText } from './format.ts'
import { NODE_LOOK } from './node-look.ts'
import { lossWords } from './verdict-words.ts'

/** Nodes and edges as full sentences: titles of the drawing, and what a screen reader says. */

export const HEALTH_WORDS: Record<Health, string> = {
  ok: 'healthy',
  warn: 'degraded',
  bad: 'failing',
  unknown: 'not judged',
  idle: 'idle',
}

/** `orders, service, healthy: 120/s, 0 % failing, p95 40 ms`. */
export function nodeSentence(node: GraphNode): string {
  const who = `${node.id}, ${NODE_LOOK[node.kind].word}, ${HEALTH_WORDS[node.health]}`
  if (node.calls === 0) return `${who}: no calls received in this window`
  const slo = node.slo ? `, ${SLO_WORDS[node.slo.state]}` : ''
  return `${who}: ${rateText(node.rate)}, ${shareText(node.error_rate)} failing, p95 ${durationText(node.p95_us)}${slo}`
}

/** `shop, 12 services, degraded: 120/s, 2 % failing, p95 40 ms at worst`. */
export function groupSentence(node: GraphNode, members: number): string {
  return (
    `${node.id}, ${members} services, ${HEALTH_WORDS[node.health]}: ` +
    `${rateText(node.rate)}, ${shareText(node.error_rate)} failing, p95 ${durationText(node.p95_us)} at worst`
  )
}

const SLO_WORDS = {
  ok: 'objective kept',
  burning: 'objective at risk',
  exhausted: 'objective missed',
} as const

/** `cart calls redis, healthy: 120/s, 2 % failing, p95 40 ms`. */
export function edgeSentence(edge: GraphEdge): string {
  return (
    `${edge.source} calls ${edge.destination}, ${HEALTH_WORDS[edge.health]}: ` +
    `${rateText(edge.rate)}, ${shareText(edge.error_rate)} failing, p95 ${durationText(edge.p95_us)}${lossWords(edge)}`
  )
}
