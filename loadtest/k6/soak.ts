import { optionsOf, visit } from './visit.ts'

/** k6 run -e TARGET=http://127.0.0.1:8080 loadtest/k6/soak.ts */
export const options = optionsOf('soak')

export default visit
