export function PoliciesPage(_: Record<string, string>) {
  return <main class="page" />
}
