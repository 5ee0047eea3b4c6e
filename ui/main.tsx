import { render } from 'preact'
import { App } from './app.tsx'
import { followGraph } from './data/live-graph.ts'
import { followPicture } from './map/picture.ts'
import { followLocation } from './state/location.ts'
import { followTheme } from './state/theme.ts'
import { takeToken } from './state/token.ts'

takeToken()
followLocation()
followTheme()
void followPicture()
followGraph()
render(<App />, document.getElementById('app')!)
