import { optionsOf, visit } from './visit.ts'

/** k6 run -e TARGET=http://127.0.0.1:8080 loadtest/k6/steady.ts */
export const options = optionsOf('steady')

export default visit
