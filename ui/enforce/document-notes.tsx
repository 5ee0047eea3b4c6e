import type { ConfigAnswer } from '../../model/enforcement.ts'

/** What is special about the document: served from a file, or not readable here. */
export function DocumentNotes({ config }: { config: ConfigAnswer | undefined }) {
  return (
    <>
      {config?.fault === undefined ? null : (
        <p class="verdict is-bad" role="alert" data-fault>
          <span aria-hidden="true">■</span>
          <b>The document cannot be read here, so it sets nothing:</b> {config.fault}
        </p>
      )}
      {config?.served_from === undefined ? null : (
        <p class="note" data-served>
          The document is served from <span class="mono">{config.served_from}</span>: change that file. What
          is changed here would be refused.
        </p>
      )}
    </>
  )
}
