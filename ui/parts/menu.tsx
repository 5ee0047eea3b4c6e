import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** A button that opens a small sheet under it; Escape and a click elsewhere close it. */
export function Menu(props: {
  label: ComponentChildren
  title: string
  align?: 'left' | 'right'
  children: (close: () => void) => ComponentChildren
}) {
  const open = useSignal(false)
  const root = useRef<HTMLDivElement>(null)
  const shut = () => {
    open.value = false
  }
  useEffect(() => {
    if (!open.value) return
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) open.value = false
    }
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      open.value = false
      root.current?.querySelector('button')?.focus()
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('keydown', onEscape, true)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('keydown', onEscape, true)
    }
  }, [open.value, open])
  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        class="button"
        title={props.title}
        aria-expanded={open.value}
        aria-haspopup="true"
        onClick={() => {
          open.value = !open.value
        }}
      >
        {props.label}
        <span class="caret" aria-hidden="true" />
      </button>
      {open.value ? <div class={`sheet ${props.align ?? 'left'}`}>{props.children(shut)}</div> : null}
    </div>
  )
}
