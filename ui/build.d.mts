/** Types of build.mjs, which stays plain JavaScript for the set-up step. */
export interface UiManifest {
  files: Record<string, { bytes: number; gzip_bytes: number }>
  gzip_bytes: number
}
export const GZIP_BYTES_MAX: number
export function buildUi(options?: { outdir?: string; minify?: boolean }): Promise<UiManifest>
