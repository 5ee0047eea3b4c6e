import { execFile } from 'node:child_process'

/** The first version number a program prints of itself, or undefined where it cannot be run. */
export function versionOf(command: string, flag: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Some programs print their version to standard error or leave with 1 (wrk), so only the text counts.
    execFile(command, [flag], { timeout: 5_000 }, (_error, stdout, stderr) => {
      resolve(/[0-9]+\.[0-9]+(\.[0-9]+)?/.exec(`${stdout}${stderr}`)?.[0])
    })
  })
}
