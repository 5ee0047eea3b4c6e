import { useSignal } from '@preact/signals'
import { Command, copyText } from '../parts/copy.tsx'
import { saveFile } from '../parts/save.ts'
import { announce } from '../parts/toast.tsx'
import type { Format } from './picture-file.ts'
import { FORMATS, fileOf, graphCommand } from './picture-file.ts'

/** What is on screen as a file, as a link, and as the command that gives the same window. */

export function ShareSheet({ close }: { close: () => void }) {
  const format = useSignal<Format>('svg')
  const write = async (it: Format) => {
    format.value = it
    const file = await fileOf(it)
    if (!file) announce('There is nothing to save yet')
    else saveFile(file.name, file.blob)
  }
  return (
    <div class="share">
      <p class="sheet-title">Save what you see</p>
      <ul class="formats">
        {FORMATS.map((it) => (
          <li key={it.ending}>
            <button type="button" class="button" title={it.means} onClick={() => void write(it.ending)}>
              {it.word}
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="choice"
        onClick={() => {
          void copyText(window.location.href)
          close()
        }}
      >
        Copy the link <kbd>y</kbd>
      </button>
      <p class="sheet-title">The same on the command line</p>
      <Command text={graphCommand(format.value)} />
    </div>
  )
}
