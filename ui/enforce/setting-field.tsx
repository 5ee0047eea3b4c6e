import { exampleOf, type Setting } from './setting.ts'

/** One parameter of a feature, with what it means. */

export function SettingField(props: { setting: Setting; value: string; set: (text: string) => void }) {
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
          placeholder={exampleOf(parameter)}
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
