import { useRef } from 'preact/hooks'
import { STATES } from '../../picture/find/field.ts'
import { meantStates } from '../../picture/find/grammar.ts'
import type { Box } from '../state/choice.ts'
import { asked } from '../state/choice.ts'
import { setQuery } from '../state/location.ts'

/** A box for the find language: what is wrong is underlined where it stands, and said in words. */

const WORDS: Record<Box, { label: string; placeholder: string }> = {
  find: { label: 'Find', placeholder: 'Find: name, slow, …' },
  hide: { label: 'Hide', placeholder: 'Hide: name, idle, …' },
}

const EXAMPLES = [
  'cart',
  'slow or failing',
  'p95 > 200ms and rps > 10',
  '%error > 5',
  'zone = eu-1',
  'not name contains test',
  'new',
  'gone',
  'untraced',
]

/** The text again, unseen, with a line under what is wrong. */
function Underline({ text, at, length }: { text: string; at: number; length: number }) {
  return (
    <span class="find-mirror" aria-hidden="true">
      {text.slice(0, at)}
      <u>{text.slice(at, at + length) || '\u00a0\u00a0'}</u>
    </span>
  )
}

function Message({ box, found }: { box: Box; found: number | undefined }) {
  const { error, query } = asked[box].value
  if (error) {
    return (
      <p class="find-message" id={`${box}-message`} role="status">
        {error.message}
      </p>
    )
  }
  const meant = query && found === 0 ? meantStates(query) : []
  if (meant.length === 0) return null
  return (
    <p class="find-message" id={`${box}-message`} role="status">
      No service has that in its name. Did you mean{' '}
      {meant.map((word) => (
        <button key={word} type="button" class="button quiet" onClick={() => setQuery({ [box]: word })}>
          {word}
        </button>
      ))}
      ?
    </p>
  )
}

/** @param found nodes and edges that match, where that is worth saying */
export function FindBox({ box, found }: { box: Box; found: number | undefined }) {
  const { text, error } = asked[box].value
  const mirror = useRef<HTMLDivElement>(null)
  const { label, placeholder } = WORDS[box]
  return (
    <div class={`find ${error ? 'wrong' : ''}`} data-box={box}>
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        {box === 'find' ? (
          <>
            <circle cx="7" cy="7" r="4.500" />
            <path d="M10.500 10.500L14 14" />
          </>
        ) : (
          <path d="M2 8C5 3.500 11 3.500 14 8C11 12.500 5 12.500 2 8ZM3 13.500L13 2.500" />
        )}
      </svg>
      <input
        id={box}
        type="search"
        list={`${box}-examples`}
        placeholder={placeholder}
        aria-label={`${label}: a part of a name, a comparison such as p95 > 200ms, or ${Object.keys(STATES).join(', ')}`}
        aria-invalid={error !== undefined}
        aria-describedby={`${box}-message`}
        value={text}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setQuery({ [box]: event.currentTarget.value })}
        onScroll={(event) => {
          if (mirror.current) mirror.current.scrollLeft = event.currentTarget.scrollLeft
        }}
      />
      <datalist id={`${box}-examples`}>
        {[...EXAMPLES, ...Object.keys(STATES)].map((it) => (
          <option key={it} value={it} />
        ))}
      </datalist>
      {error ? (
        <div class="find-mirror-box" ref={mirror}>
          <Underline text={text} at={error.at} length={error.length} />
        </div>
      ) : null}
      {text === '' ? (
        <kbd>{box === 'find' ? '/' : 'h'}</kbd>
      ) : found === undefined ? null : (
        <span class="find-count">{found}</span>
      )}
      <Message box={box} found={found} />
    </div>
  )
}
