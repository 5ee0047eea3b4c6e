import { render } from 'preact'
import { App } from './app.tsx'
import { followBefore } from './data/before.ts'
import { followGraph } from './data/live-graph.ts'
import { followPicture } from './map/picture.ts'
import { followPaths } from './map/proven.ts'
import { wantsBefore } from './map/view.ts'
import { PAGES } from './pages.ts'
import { followReplay } from './replay/replay.ts'
import { followLocation } from './state/location.ts'
import { pages } from './state/page.ts'
import { followTheme } from './state/theme.ts'
import { takeToken } from './state/token.ts'

pages.value = PAGES
takeToken()
followLocation()
followTheme()
void followPicture()
followGraph()
followReplay()
followPaths()
followBefore(wantsBefore)
render(<App />, document.getElementById('app')!)
