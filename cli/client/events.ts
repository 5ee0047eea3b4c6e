import { TapmeshError } from '../../model/error.ts'

/** One server-sent event (WHATWG HTML, section 9.2.6), its data as it came. */
export interface ServerEvent {
  name: string
  data: string
}

/** Longest event that is kept; a graph of 500 services is about 1 MB. */
const EVENT_CHARS_MAX = 16_000_000

/** Cuts a stream of text into events. Comments and fields other than `event` and `data` are passed over. */
export function createEventReader(): (chunk: string) => ServerEvent[] {
  let rest = ''
  let name = ''
  let data: string[] = []
  function line(text: string): ServerEvent | undefined {
    if (text === '') {
      const event = data.length === 0 ? undefined : { name: name || 'message', data: data.join('\n') }
      name = ''
      data = []
      return event
    }
    const colon = text.indexOf(':')
    const field = colon === -1 ? text : text.slice(0, colon)
    const value = colon === -1 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') name = value
    if (field === 'data') data.push(value)
    return undefined
  }
  return (chunk) => {
    rest += chunk
    if (rest.length > EVENT_CHARS_MAX) {
      throw new TapmeshError(
        'TAPMESH_PEER_UNAVAILABLE',
        'the stream sent an event that is larger than the limit',
        'See that --api names a tapmesh API.',
      )
    }
    const events: ServerEvent[] = []
    // A carriage return at the end of the chunk may be half of a line end, so it waits for the next one.
    for (let match = /\r\n|\n|\r(?!$)/.exec(rest); match !== null; match = /\r\n|\n|\r(?!$)/.exec(rest)) {
      const event = line(rest.slice(0, match.index))
      rest = rest.slice(match.index + match[0].length)
      if (event) events.push(event)
    }
    return events
  }
}

/** Events of a response until its end. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  const reader = createEventReader()
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    yield* reader(decoder.decode(chunk as Uint8Array, { stream: true }))
  }
}
