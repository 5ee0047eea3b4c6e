/** Least privilege proposed from recorded calls. Times are RFC 3339 in UTC; nothing of it is applied. */

/** A rule that allows what was seen to go well. */
export interface RecommendedRule {
  id: string
  from: string
  methods: string[]
  paths: string[]
  /** What the caller's name rests on: mtls, trace, config, socket or dns. */
  believed_by: string
  calls: number
  /** Days with a call. */
  days: number
  first_seen: string
  last_seen: string
  /** Good-Turing chance that this caller's next call is of a method and route never seen. */
  unseen: number
}

/** What was seen and is not granted: a person has to decide. */
export interface ReviewRow {
  source: string
  method: string
  route: string
  calls: number
  last_seen: string
  /** Why it is not granted, in words. */
  reason: string
}

/** GET /api/v1/recommendations?service=&from=&to= */
export interface RecommendationAnswer {
  window: { from: string; to: string; seconds: number }
  service: string
  calls: number
  first_call: string | null
  rules: RecommendedRule[]
  /** Most calls first. */
  review: ReviewRow[]
}
