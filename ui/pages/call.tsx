export function CallPage(_: Record<string, string>) {
  return <main class="page" />
}
