import { exampleOf, type Setting } from './setting.ts'

/** One parameter of a feature, with what it means. */

export function SettingField(props: {
  setting: Setting
  value: string
  /** Stands in the empty field. */
  example?: string | undefined
  set: (text: string) => void
}) {
  const { setting, value, set } = props
  const { name, parameter } = setting
  const id = `setting-${name}`
  return (
    <div class="setting">
      <label for={id}>{name}</label>
      {parameter.kind === 'word' ? (
        <select id={id} class="field" value={value} onChange={(event) => set(event.currentTarget.value)}>
          <option value="">not set</option>
          {parameter.values.map((word) => (
            <option key={word} value={word}>
              {word}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          class="field"
          value={value}
          placeholder={props.example ?? exampleOf(parameter)}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
      <p class="muted">
        {parameter.sentence}
        {parameter.required === true ? ' Required.' : ''}
      </p>
    </div>
  )
}

/** When the feature ends by its own clock, also where control is away. */
export function ExpiresField({ value, set }: { value: string; set: (text: string) => void }) {
  return (
    <div class="setting">
      <label for="setting-expires">expires</label>
      <input
        id="setting-expires"
        class="field"
        value={value}
        placeholder="2026-12-01T18:00:00Z"
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => set(event.currentTarget.value)}
      />
      <p class="muted">From then on it counts as disabled, whether control can be reached or not.</p>
    </div>
  )
}
