import { createCollector } from '../../collector/collector.ts'
import { openStore } from '../../store/open.ts'

/** A collector as a process of its own, for tests that kill it: `collector-process.ts <folder> <token> <flush ms>`. */
const [folder = '', token = '', flush = '200'] = process.argv.slice(2)
const store = await openStore({ dataFolder: `${folder}/data` })
const collector = await createCollector({
  store,
  folder: `${folder}/wal`,
  token,
  drain: { flush_ms: Number(flush) },
  onWarning: (text) => process.stderr.write(`${text}\n`),
})
const { url } = await collector.listen(0)
// Before the announcement: whoever reads it may end this process at once.
process.once('SIGTERM', async () => {
  await collector.close()
  await store.close()
  process.exit(0)
})
process.stdout.write(`listening collector ${url}\n`)
