/** The style of the pages beside the map, which the map need not wait for. */

let loaded: Promise<void> | undefined

/** Resolves once the style is there, or cannot be had: a plain page is better than none. */
export function laterStyle(): Promise<void> {
  loaded ??= new Promise((done) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = document.querySelector<HTMLMetaElement>('meta[name="later-style"]')?.content ?? ''
    link.onload = () => done()
    link.onerror = () => done()
    document.head.append(link)
  })
  return loaded
}
