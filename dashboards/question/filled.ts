/** Text that Grafana fills in: `${name}`, or `${name:format}`. */
export function filled(name: string): string {
  return `$\{${name}}`
}
