import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadTapFile } from '../../../tap-proxy/config/load.ts'

test('the file that docs/configuration.md shows is accepted as it stands', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8')
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-example-'))
  try {
    const file = join(folder, 'tap.yaml')
    const token = join(folder, 'token')
    writeFileSync(token, 'a'.repeat(64))
    writeFileSync(file, /```yaml\n([\s\S]*?)```/.exec(page)![1]!.replace('.tapmesh/token', token))
    const loaded = await loadTapFile(file, {})
    expect('mistakes' in loaded ? loaded.mistakes.map(String) : []).toEqual([])
    expect('settings' in loaded && loaded.settings.listeners.map((listener) => listener.kind)).toEqual([
      'inbound',
      'outbound',
      'outbound',
      'forward-proxy',
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
