import type { z } from 'zod'

/** What the API's description tells of one address. */
export interface Operation {
  path: string
  method: 'get' | 'put' | 'post'
  summary: string
  /** Names in the path with their forms. */
  names?: Readonly<Record<string, z.ZodType>>
  query?: z.ZodObject
  body?: z.ZodType
  /** Content type -> name of an entry of COMPONENTS, or `text`. */
  answer: Readonly<Record<string, string>>
}
