/** Windows of the service graph that are measured, both ending at the newest call. */
export const GRAPH_WINDOWS = [
  { name: 'last 15 min', seconds: 900 },
  { name: '7 days', seconds: 604_800 },
] as const
