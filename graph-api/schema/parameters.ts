import { z } from 'zod'
import { OUTCOMES, REPORTERS } from '../../model/call.ts'
import { NAME_BYTES_MAX, TEXT_BYTES_MAX } from '../../model/column.ts'
import { DECISIONS } from '../../model/decision.ts'
import { FEATURES } from '../../model/feature.ts'
import { TEXT_MAX as FIND_TEXT_MAX } from '../../picture/find/grammar.ts'
import { GROUPINGS } from '../../picture/group.ts'

/**
 * Forms of the parameters of every route; the routes check requests with them and openapi.ts
 * writes them down. All are strict: an unknown parameter is a mistake the caller should hear of.
 */
export const CALLS_LIMIT_DEFAULT = 100
export const CALLS_LIMIT_MAX = 1000
export const WINDOW_TEXT_MAX = 64

const moment = z
  .string()
  .min(1)
  .max(WINDOW_TEXT_MAX)
  .describe('RFC 3339, or `now`, `now-15m`, `now-7d` (units s m h d w).')

export const windowParameters = z.strictObject({
  from: moment.optional().describe('Start of the window, default now-15m. RFC 3339, or now-15m, now-7d.'),
  to: moment.optional().describe('End of the window, exclusive, default now. RFC 3339, or now, now-1h.'),
})

export const momentParameters = z.strictObject({
  at: moment.optional().describe('The moment to tell for, default now. RFC 3339, or now, now-1h.'),
})

/** A whole number in a query. */
export const whole = (max: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().int().max(max))

export const limitUpTo = (max: number) => whole(max).refine((limit) => limit >= 1, 'is at least 1')

const name = z.string().min(1).max(NAME_BYTES_MAX)

/** A name in a path: a service, a view. */
export const serviceName = name
export const viewName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'takes up to 64 letters, digits, _ and -')

export const traceId = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/, 'is not 32 hex digits')
  .transform((id) => id.toLowerCase())

const outcomeWord = new RegExp(`^(?:failed|(?:${OUTCOMES.join('|')})(?:,(?:${OUTCOMES.join('|')}))*)$`)

/** What is told of a call besides that it passes. */
const TOLD = DECISIONS.filter((decision) => decision !== 'pass')
const verdictWord = new RegExp(`^(?:${FEATURES.join('|')})(?::(?:${DECISIONS.join('|')}))?$`)

/** Filters that /calls and the live tail share. */
export const callFilters = z.strictObject({
  source: name.optional().describe('Calling service, whole name.'),
  destination: name.optional().describe('Called service, whole name.'),
  reporter: z.enum(REPORTERS).optional().describe('Only rows this side wrote.'),
  route: z.string().min(1).max(TEXT_BYTES_MAX).optional().describe('Route template, whole.'),
  method: name.optional().describe('Method, whole.'),
  status: z
    .string()
    .regex(/^(?:[1-9]xx|[A-Za-z0-9_.-]{1,32})$/, 'is neither a status such as 500 nor a class such as 5xx')
    .optional()
    .describe('`500`, or a class `5xx`.'),
  outcome: z
    .string()
    .regex(outcomeWord, `takes failed, or words of ${OUTCOMES.join(', ')} joined by commas`)
    .optional()
    .describe('One outcome or several joined by commas, or `failed`.'),
  min_duration_us: whole(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Duration of at least this many microseconds.'),
  trace_id: traceId.optional().describe('32 hex digits.'),
  path: z.string().min(1).max(TEXT_BYTES_MAX).optional().describe('Text to be found inside the path.'),
  would: z.enum(TOLD).optional().describe('What some feature would have done, such as deny.'),
  acted: z.enum(TOLD).optional().describe('What some feature did, such as cut.'),
  verdict: z
    .string()
    .regex(
      verdictWord,
      `takes a feature (${FEATURES.join(', ')}), or one with its decision like retries:retry`,
    )
    .optional()
    .describe('Feature that said something, `retries`, or what it said, `retries:retry`.'),
})

export type CallFilters = z.output<typeof callFilters>

export const callsParameters = z.strictObject({
  ...windowParameters.shape,
  ...callFilters.shape,
  limit: limitUpTo(CALLS_LIMIT_MAX)
    .optional()
    .describe(`Rows of one page, default ${CALLS_LIMIT_DEFAULT}, at most ${CALLS_LIMIT_MAX}.`),
  cursor: z.string().min(1).max(256).optional().describe('`next_cursor` of the page before; opaque.'),
})

export const callsOverTimeParameters = z.strictObject({ ...windowParameters.shape, ...callFilters.shape })

/** What rows of /top may stand for. */
export const TOP_KEYS = ['edge', 'source', 'destination', 'route', 'status'] as const
export const TOP_LIMIT_DEFAULT = 100

export const topParameters = z.strictObject({
  ...windowParameters.shape,
  by: z.enum(TOP_KEYS).optional().describe('What a row stands for, default edge.'),
  service: name.optional().describe('Only calls to this service.'),
  limit: limitUpTo(CALLS_LIMIT_MAX)
    .optional()
    .describe(`Most rows, default ${TOP_LIMIT_DEFAULT}, at most ${CALLS_LIMIT_MAX}.`),
})

export const streamParameters = z.strictObject({
  window: z
    .string()
    .regex(/^\d{1,6}[smhd]$/, 'is not a length such as 15m')
    .optional()
    .describe('Length of the sliding window of the graph, default 15m.'),
  calls: z.enum(['0', '1']).optional().describe('1 adds the live tail of calls.'),
  graph: z.enum(['0', '1']).optional().describe('0 leaves the graph out.'),
  deltas: z.enum(['0', '1']).optional().describe('1 sends what changed after the first whole graph.'),
  after: z
    .string()
    .max(64)
    .optional()
    .describe('Id of the last event of an earlier stream with deltas; Last-Event-ID does the same.'),
  ...callFilters.shape,
})

/** What is left of the graph, in the words of the map's find and hide boxes. */
export const graphParameters = z.strictObject({
  ...windowParameters.shape,
  find: z.string().max(FIND_TEXT_MAX).optional().describe('What is to be left, such as p95 > 200ms or slow.'),
  hide: z.string().max(FIND_TEXT_MAX).optional().describe('What is to be taken away, in the same words.'),
  group: z.enum(GROUPINGS).optional().describe('Draws the services of a namespace or zone as one box.'),
  open: z
    .string()
    .max(WINDOW_TEXT_MAX * 64)
    .optional()
    .describe('Groups not drawn as one box, by commas.'),
})

export const pictureParameters = z.strictObject({
  ...graphParameters.shape,
  theme: z.enum(['light', 'dark']).optional().describe('Colours of the picture, default light.'),
})

export const noParameters = z.strictObject({})

/** Coordinates of dragged nodes; a view holds at most POSITIONS_MAX. */
export const POSITIONS_MAX = 5000
const COORDINATE_MAX = 1_000_000
const coordinate = z.number().min(-COORDINATE_MAX).max(COORDINATE_MAX)
export const positionsBody = z
  .record(name, z.strictObject({ x: coordinate, y: coordinate }))
  .refine(
    (positions) => Object.keys(positions).length <= POSITIONS_MAX,
    `holds more than ${POSITIONS_MAX} nodes`,
  )
