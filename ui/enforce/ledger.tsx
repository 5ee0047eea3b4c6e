import type { EvidenceAnswer } from '../../model/enforcement.ts'
import { shareText, wholeText } from '../../picture/format.ts'
import { Bar } from '../panels/lists.tsx'
import { localText } from '../state/range.ts'

/** What the back-test said when the feature was last changed, beside what was seen since. */

interface Side {
  calls: number
  affected: number
  share: number
}

function LedgerRow({ name, side, highest }: { name: string; side: Side; highest: number }) {
  return (
    <div class="ledger-row" data-ledger={name}>
      <span>{name}</span>
      <b>{shareText(side.share)}</b>
      <Bar share={highest > 0 ? side.share / highest : 0} tone={name === 'Forecast' ? 'warn' : 'main'} />
      <span class="muted">
        {wholeText(side.affected)} of {wholeText(side.calls)} calls
      </span>
    </div>
  )
}

export function Ledger({ forecast, observed }: Pick<EvidenceAnswer, 'forecast' | 'observed'>) {
  if (forecast === null && observed === null) {
    return <p class="muted">No forecast was kept: one is made with each change to dry-run or enforce.</p>
  }
  const highest = Math.max(forecast?.share ?? 0, observed?.share ?? 0)
  return (
    <>
      {forecast ? <LedgerRow name="Forecast" side={forecast} highest={highest} /> : null}
      {observed ? <LedgerRow name="Observed" side={observed} highest={highest} /> : null}
      <p class="muted ledger-note">
        Share of calls it decides anything about
        {forecast
          ? `; forecast from recorded calls at ${localText(forecast.made_at)}`
          : '; no forecast was kept'}
        {observed ? '.' : '. Nothing was observed since.'}
      </p>
    </>
  )
}
