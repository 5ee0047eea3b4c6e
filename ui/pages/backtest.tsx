export function BacktestPage(_: Record<string, string>) {
  return <main class="page" />
}
