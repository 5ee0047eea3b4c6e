/** Types of build.mjs, which stays plain JavaScript for the set-up step. */
export interface UiManifest {
  /** `first` is true for what a browser loads before it can draw the map. */
  files: Record<string, { bytes: number; gzip_bytes: number; first: boolean }>
  first_gzip_bytes: number
  gzip_bytes: number
}
export const FIRST_GZIP_BYTES_MAX: number
export const TOTAL_GZIP_BYTES_MAX: number
export function buildUi(options?: { outdir?: string; minify?: boolean }): Promise<UiManifest>
