/** Ends a run with the plain line `N passed, N failed, N skipped` and names what was skipped. */
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    for (const suite of results.testResults) {
      for (const test of suite.testResults) {
        if (test.status === 'pending') console.log(`skipped: ${test.fullName}`)
      }
    }
    const crashed = results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : ''
    console.log(`${results.numPassedTests} passed, ${results.numFailedTests + crashed} failed${skipped}`)
  }
}
