import { optionsOf, visit } from './visit.ts'

/** k6 run -e TARGET=http://127.0.0.1:8080 loadtest/k6/breakpoint.ts */
export const options = optionsOf('breakpoint')

export default visit
