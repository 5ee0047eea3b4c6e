import type { ComponentChildren } from 'preact'
import { go } from '../state/location.ts'

/** A link inside the UI: a plain click changes the page without loading it anew. */
export function Link(props: {
  to: string
  class?: string
  title?: string
  current?: boolean
  children: ComponentChildren
}) {
  return (
    <a
      href={props.to}
      class={props.class}
      title={props.title}
      aria-current={props.current ? 'page' : undefined}
      onClick={(event) => {
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
          return
        event.preventDefault()
        event.stopPropagation()
        go(props.to)
      }}
    >
      {props.children}
    </a>
  )
}
