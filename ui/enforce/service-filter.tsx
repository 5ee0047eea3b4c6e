import { queryValue, setQuery } from '../state/location.ts'

/** Leaves services whose name holds a text; it stands in the address. */
export function ServiceFilter() {
  const text = queryValue('service')
  return (
    <input
      class={`field ${text === '' ? '' : 'set'}`}
      type="search"
      placeholder="Service contains"
      aria-label="Service contains"
      value={text}
      onInput={(event) => setQuery({ service: event.currentTarget.value.trim() })}
    />
  )
}

export const fitsFilter = (service: string): boolean =>
  service.toLowerCase().includes(queryValue('service').toLowerCase())
