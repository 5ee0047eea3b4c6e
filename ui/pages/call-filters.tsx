import { DECISIONS } from '../../model/decision.ts'
import { CATALOGUE, FEATURES } from '../../model/feature.ts'
import { decidedText } from '../../picture/verdict-words.ts'
import { graph } from '../data/live-graph.ts'
import { queryValue, setQuery } from '../state/location.ts'

/** The filters of the calls page; each is a parameter of the URL under the API's own name. */

export const FILTERS = [
  'source',
  'destination',
  'method',
  'route',
  'status',
  'outcome',
  'min_duration_us',
  'path',
  'trace_id',
  'reporter',
  'verdict',
  'would',
  'acted',
] as const

const OUTCOMES: [value: string, word: string][] = [
  ['', 'Any outcome'],
  ['failed', 'Failed'],
  ['ok', 'ok'],
  ['client_error', 'Client error'],
  ['server_error', 'Server error'],
  ['timeout', 'Timeout'],
  ['reset', 'Reset'],
  ['denied', 'Denied'],
  ['unfinished', 'Unfinished'],
]

const DURATIONS: [value: string, word: string][] = [
  ['', 'Any duration'],
  ['1000', 'Over 1 ms'],
  ['10000', 'Over 10 ms'],
  ['100000', 'Over 100 ms'],
  ['500000', 'Over 500 ms'],
  ['1000000', 'Over 1 s'],
  ['10000000', 'Over 10 s'],
]

const REPORTERS: [value: string, word: string][] = [
  ['', 'Any reporter'],
  ['server', 'Callee side'],
  ['client', 'Caller side'],
  ['observer', 'Packets'],
  ['otlp', 'OTLP'],
  ['log', 'Log'],
]

function Field({ name, word, list }: { name: (typeof FILTERS)[number]; word: string; list?: string }) {
  return (
    <input
      class={`field ${queryValue(name) === '' ? '' : 'set'} field-${name}`}
      name={name}
      list={list}
      placeholder={word}
      aria-label={word}
      value={queryValue(name)}
      spellcheck={false}
      autocomplete="off"
      onChange={(event) => setQuery({ [name]: event.currentTarget.value.trim() }, false)}
    />
  )
}

function Choice({
  name,
  word,
  options,
}: {
  name: (typeof FILTERS)[number]
  word: string
  options: [string, string][]
}) {
  const value = queryValue(name)
  const known = options.some(([option]) => option === value)
  return (
    <select
      class={`field ${value === '' ? '' : 'set'}`}
      name={name}
      aria-label={word}
      value={value}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value }, false)}
    >
      {known ? null : <option value={value}>{value}</option>}
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  )
}

const FEATURE_OPTIONS: [value: string, word: string][] = [
  ['', 'Any feature'],
  ...FEATURES.map((feature): [string, string] => [feature, CATALOGUE[feature].title]),
]

const TOLD = DECISIONS.filter((decision) => decision !== 'pass')

/** What a policy said or did: one choice that is two parameters. */
function VerdictChoice() {
  const [would, acted] = [queryValue('would'), queryValue('acted')]
  const value = acted !== '' ? `acted:${acted}` : would !== '' ? `would:${would}` : ''
  return (
    <>
      <select
        class={`field ${value === '' ? '' : 'set'}`}
        aria-label="Verdict"
        value={value}
        onChange={(event) => {
          const [name = '', decision] = event.currentTarget.value.split(':')
          setQuery(
            { would: undefined, acted: undefined, ...(name === '' ? {} : { [name]: decision }) },
            false,
          )
        }}
      >
        <option value="">Any verdict</option>
        {(['would', 'acted'] as const).flatMap((name) =>
          TOLD.map((decision) => (
            <option key={`${name}:${decision}`} value={`${name}:${decision}`}>
              {`${name === 'would' ? 'Said: ' : 'Done: '}${decidedText(decision, name === 'acted')}`}
            </option>
          )),
        )}
      </select>
      <input type="hidden" name="would" value={would} />
      <input type="hidden" name="acted" value={acted} />
    </>
  )
}

export function CallFilters() {
  const active = FILTERS.filter((name) => queryValue(name) !== '')
  return (
    <form
      class="filters"
      aria-label="Filters"
      onSubmit={(event) => {
        event.preventDefault()
        const fields = new FormData(event.currentTarget)
        setQuery(
          Object.fromEntries(FILTERS.map((name) => [name, String(fields.get(name) ?? '').trim()])),
          false,
        )
      }}
    >
      <datalist id="services">
        {(graph.value?.nodes ?? []).map((node) => (
          <option key={node.id} value={node.id} />
        ))}
      </datalist>
      <Field name="source" word="Source" list="services" />
      <Field name="destination" word="Destination" list="services" />
      <Field name="method" word="Method" />
      <Field name="route" word="Route" />
      <Field name="status" word="Status, 500 or 5xx" />
      <Choice name="outcome" word="Outcome" options={OUTCOMES} />
      <Choice name="min_duration_us" word="Duration" options={DURATIONS} />
      <Field name="path" word="Path contains" />
      <Field name="trace_id" word="Trace id" />
      <Choice name="reporter" word="Reporter" options={REPORTERS} />
      <Choice name="verdict" word="Feature" options={FEATURE_OPTIONS} />
      <VerdictChoice />
      <button type="submit" class="hidden" tabIndex={-1}>
        Apply
      </button>
      {active.length > 0 ? (
        <button
          type="button"
          class="button quiet"
          onClick={() => setQuery(Object.fromEntries(FILTERS.map((name) => [name, undefined])), false)}
        >
          Clear
        </button>
      ) : null}
    </form>
  )
}
