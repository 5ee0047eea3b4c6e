import { runTap } from '../../tap-proxy/run.ts'

/** The life of a whole process is tested in test/e2e/tap-*.test.ts; here only what ends before it begins. */
describe('runTap', () => {
  afterEach(() => {
    process.exitCode = undefined
    jest.restoreAllMocks()
  })

  test('tells all mistakes and sets the exit code', async () => {
    let told = ''
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += text
      return true
    })
    await runTap(['--servcie', 'a', '--grace', 'soon'], {})
    expect(process.exitCode).toBe(64)
    expect(told).toMatch(/--servcie[\s\S]*--grace soon/)
  })

  test('helps', async () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
    await runTap(['--help'], {})
    expect(String(write.mock.calls[0]![0])).toMatch(/--service <name>/)
  })
})
