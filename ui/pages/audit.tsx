export function AuditPage(_: Record<string, string>) {
  return <main class="page" />
}
