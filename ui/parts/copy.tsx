import { useSignal } from '@preact/signals'
import { announce } from './toast.tsx'

/** A command with a button that copies it. */
export function Command({ text }: { text: string }) {
  const copied = useSignal(false)
  return (
    <div class="command">
      <code>{text}</code>
      <button
        type="button"
        class="button quiet"
        onClick={async () => {
          copied.value = await copyText(text)
        }}
      >
        {copied.value ? 'Copied' : 'Copy'}
      </button>
    </div>
  )
}

/** Puts text on the clipboard; says so, or says that the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    announce('Copied')
    return true
  } catch {
    announce('The browser does not allow copying here')
    return false
  }
}
