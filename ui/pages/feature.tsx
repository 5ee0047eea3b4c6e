import { type Signal, useSignal } from '@preact/signals'
import type {
  ConfigAnswer,
  ConfigChanged,
  EnforcementAnswer,
  EnforcementCell,
  EvidenceAnswer,
} from '../../model/enforcement.ts'
import { CATALOGUE, FEATURES, type Feature, isFeature } from '../../model/feature.ts'
import { shareText, wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { BypassOn } from '../enforce/bypass.tsx'
import { Cohorts } from '../enforce/cohorts.tsx'
import { DocumentNotes } from '../enforce/document-notes.tsx'
import { EvidenceRows } from '../enforce/evidence-rows.tsx'
import { FeatureForm } from '../enforce/feature-form.tsx'
import { type FormState, useFormState } from '../enforce/form-state.ts'
import { Ledger } from '../enforce/ledger.tsx'
import { ModeWords } from '../enforce/mode-mark.tsx'
import { NoToken } from '../enforce/reason-form.tsx'
import { VERDICT_PACE_MS, verdictSpan } from '../enforce/span.ts'
import { Tabs } from '../enforce/tabs.tsx'
import { Latched, Undo } from '../enforce/take-back.tsx'
import { differs, modeText } from '../enforce/words.ts'
import { Tile } from '../panels/signals.tsx'
import { Card } from '../parts/card.tsx'
import { Link } from '../parts/link.tsx'
import { ResourceView } from '../parts/not-in-window.tsx'
import { Empty, Loading } from '../parts/notice.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { sinceText } from '../parts/since.ts'
import { addressOf, serviceAddress } from '../state/location.ts'
import { localText } from '../state/range.ts'

/** One feature of one service: what it says, what that rests on, and the next step. */

function Figures({ evidence }: { evidence: EvidenceAnswer }) {
  const { blast, examined, first_verdict, last_verdict } = evidence
  const sum = (acted: boolean) =>
    evidence.rows
      .filter((row) => row.acted === acted && row.decision !== 'pass')
      .reduce((all, row) => all + row.calls, 0)
  return (
    <dl class="tiles wide" data-evidence>
      <Tile name="Calls examined" value={wholeText(examined)} note="under these settings" />
      <Tile name="Would touch" value={wholeText(sum(false))} tone={sum(false) > 0 ? 'warn' : undefined} />
      <Tile name="Touched" value={wholeText(sum(true))} />
      <Tile
        name="Blast radius"
        value={`${blast.callers} of ${blast.callers_all}`}
        note={`callers, ${shareText(blast.share)} of calls`}
      />
      <Tile
        name="Newest verdict"
        value={sinceText(last_verdict, 'none')}
        note={first_verdict === null ? '' : `first ${sinceText(first_verdict)}`}
      />
    </dl>
  )
}

/** What taps are told where it is not what the document says, and how far a rollout is. */
function InForce({ cell }: { cell: EnforcementCell | undefined }) {
  if (!cell) return null
  const { rollout } = cell
  return (
    <>
      {differs(cell) && !cell.latched ? (
        <p class="note" data-differs>
          <span aria-hidden="true">▲</span> In force is{' '}
          <b>{modeText(cell.mode_in_force, cell.percent_in_force)}</b>, not{' '}
          {modeText(cell.mode, cell.percent)}
          {cell.why === null ? '.' : `: ${cell.why}.`}
        </p>
      ) : null}
      {rollout ? (
        <p class="note" data-rollout>
          Rollout: step {rollout.at_step + 1} of {rollout.steps.length} (
          {rollout.steps.map((step) => `${step} %`).join(', ')})
          {rollout.held !== null
            ? `; held: ${rollout.held}.`
            : rollout.next_at === null
              ? '.'
              : `; next step ${localText(rollout.next_at)}.`}
        </p>
      ) : null}
    </>
  )
}

interface Parts {
  state: FormState
  made: Signal<ConfigChanged | undefined>
  evidence: EvidenceAnswer
  config: ConfigAnswer | undefined
  cell: EnforcementCell | undefined
}

function Evidence({ state, made, evidence, config, cell }: Parts) {
  return (
    <>
      <Latched cell={cell} />
      <InForce cell={cell} />
      <Figures evidence={evidence} />
      <div class="cards">
        <Card
          title="What it said"
          aside={`${localText(evidence.window.from, false)} to ${localText(evidence.window.to, false)}`}
          full
        >
          {evidence.rows.length > 0 ? (
            <EvidenceRows evidence={evidence} />
          ) : (
            <p class="muted">
              {evidence.mode === 'disabled'
                ? 'Nothing: it is disabled. In a dry run it says of every call what it would do.'
                : evidence.examined > 0
                  ? `Nothing to tell in ${wholeText(evidence.examined)} calls: each would have passed.`
                  : 'No call carries a verdict of these settings in this window.'}
            </p>
          )}
        </Card>
        <Card title="Treated and control">
          <Cohorts evidence={evidence} />
        </Card>
        <Card title="Forecast and outcome">
          <Ledger forecast={evidence.forecast} observed={evidence.observed} />
        </Card>
        <Card title="Change it" full>
          <NoToken />
          {config ? (
            <FeatureForm
              state={state}
              evidence={evidence}
              config={config}
              expires={cell?.expires ?? null}
              done={(changed) => {
                made.value = changed
              }}
            />
          ) : (
            <Loading />
          )}
          {config ? <Undo config={config} made={made.value} /> : null}
        </Card>
      </div>
    </>
  )
}

function Known({ service, feature }: { service: string; feature: Feature }) {
  const { from, to } = verdictSpan.value
  const address = apiAddress('evidence', { service, feature, from, to })
  const asked = useResource<EvidenceAnswer>(address, true, VERDICT_PACE_MS)
  const cells = useResource<EnforcementAnswer>(apiAddress('enforcement', { from, to }), true, VERDICT_PACE_MS)
  const config = useResource<ConfigAnswer>(apiAddress('config'), true, VERDICT_PACE_MS)
  const state = useFormState()
  const made = useSignal<ConfigChanged | undefined>(undefined)
  const cell = cells.data?.cells.find((it) => it.service === service && it.feature === feature)
  const { effect, evidence: says } = CATALOGUE[feature]
  return (
    <main class="page">
      <div class="page-head">
        <div>
          <p class="eyebrow">
            <Link to={addressOf('/enforce')}>Enforce</Link> ·{' '}
            <Link to={serviceAddress(service)}>{service}</Link>
          </p>
          <h1 class="name">
            {CATALOGUE[feature].title} of {service}
          </h1>
          {asked.data ? (
            <p class="chips">
              <ModeWords mode={asked.data.mode} percent={asked.data.percent} />
              {cell && differs(cell) ? (
                <span class="muted">
                  asked for; in force is <b>{modeText(cell.mode_in_force, cell.percent_in_force)}</b>
                </span>
              ) : null}
            </p>
          ) : null}
          <Tabs />
        </div>
        <div class="toolbar">
          <RangeMenu />
        </div>
      </div>
      <BypassOn config={config.data} />
      <DocumentNotes config={config.data} />
      <p class="muted feature-words">
        {effect} <span>{says}</span>
      </p>
      <ResourceView {...asked} what={`${CATALOGUE[feature].title} of ${service}`} lines={8}>
        {(evidence) => (
          <Evidence state={state} made={made} evidence={evidence} config={config.data} cell={cell} />
        )}
      </ResourceView>
      <SameView command={tapmeshCommand(['config', 'get', `${service}.${feature}`])} address={address} />
    </main>
  )
}

export function FeaturePage({ service, feature }: { service: string; feature: string }) {
  if (isFeature(feature)) return <Known service={service} feature={feature} />
  return (
    <main class="page">
      <Empty title={`There is no feature called ${feature}`} kind="missing">
        <p class="muted">Features are {FEATURES.join(', ')}.</p>
        <Link class="button primary" to={addressOf('/enforce')}>
          To the matrix
        </Link>
      </Empty>
    </main>
  )
}
