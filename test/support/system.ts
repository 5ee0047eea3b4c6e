import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * System packages that some tests use for real. Where one is missing the test is skipped and named
 * at the end of the run; in CI (TAPMESH_REQUIRE_SYSTEM=1) nothing is skipped and it fails instead.
 */

/** Full path of a program, or undefined where it is not installed. */
export function program(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** `test`, or `test.skip` where one of the programs is missing outside CI. */
export function testWith(...programs: readonly string[]): jest.It {
  const missing = programs.filter((name) => program(name) === undefined)
  return missing.length === 0 || process.env['TAPMESH_REQUIRE_SYSTEM'] === '1' ? test : test.skip
}
