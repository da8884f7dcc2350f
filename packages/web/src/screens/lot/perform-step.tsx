// Performing a step: its parameters with their limits, judged while they are typed by the rule that the record judges by; what was used; when it was done.
import { judgeResult, limitOf, limitText, type TemplateStep } from '@cognate/core/lot'
import type { Row } from '@cognate/core/record'
import { type FormEvent, useState } from 'react'
import type { LotAnswer } from '../../client/answers.ts'
import type { Desk } from '../../client/desk.ts'
import type { Done } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { nowField } from '../../parts/form-fields.tsx'
import { Mark } from '../../parts/mark.tsx'
import { instantOf } from '../../parts/read-form.ts'
import { Recorded } from '../../parts/recorded.tsx'
import { useSignature } from '../../parts/use-signature.tsx'
import { addressOf } from '../record/duties.tsx'

export function PerformStep({ desk, lot, step }: { readonly desk: Desk; readonly lot: string; readonly step: string }) {
  const answered = useAnswer<LotAnswer>(desk.client, `/lots/${encodeURIComponent(lot)}/file`)
  return (
    <Screen title={`${step} of lot ${lot}`} answered={answered}>
      {answer => {
        const found = answer.template.steps.find(one => one.id === step)
        if (found === undefined)
          return (
            <p className="problem" role="alert">
              The template {answer.lot.data.template} has no step {step}.
            </p>
          )
        return <StepForm desk={desk} answer={answer} step={found} />
      }}
    </Screen>
  )
}

function StepForm({ desk, answer: { lot }, step }: { readonly desk: Desk; readonly answer: LotAnswer; readonly step: TemplateStep }) {
  const [done, setDone] = useState<Done>()
  const { begin, asked } = useSignature(desk.client, setDone)
  const needsVectors = [...step.materials, ...step.equipment].includes('vector lot')
  const materials = step.materials.filter(name => name !== 'vector lot')
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    void begin({
      path: `/lots/${encodeURIComponent(lot.id)}/steps`,
      body: {
        step: step.id,
        performed_at: instantOf(text('performed_at')) ?? '',
        values: Object.fromEntries(
          step.parameters.map(({ name, unit }) => [
            name,
            { value: text(`value ${name}`).trim(), unit, comment: text(`comment ${name}`).trim() },
          ]),
        ),
        materials: Object.fromEntries(materials.map(name => [text(`lot ${name}`).trim(), text(`used ${name}`).trim()])),
        equipment: step.equipment.map(name => text(`equipment ${name}`).trim()),
        late_reason: text('late_reason').trim(),
      },
      version: undefined,
    })
  }
  if (done !== undefined)
    return (
      <>
        <Recorded done={done} />
        <p>
          <a href={`#/lot/${encodeURIComponent(lot.id)}`}>Back to lot {lot.id}</a>
        </p>
      </>
    )
  return (
    <>
      <form className="fields" onSubmit={submit}>
        <h2>{step.title}</h2>
        {step.second_person ? <p className="muted">A second person verifies it afterwards, signed in as themselves.</p> : null}
        {needsVectors ? (
          <p>
            Every arm needs its vector first: <a href={addressOf('lot.vector', lot.id)}>consume a vector lot</a>.
          </p>
        ) : null}
        {step.parameters.map(parameter => (
          <Parameter key={parameter.name} parameter={parameter} />
        ))}
        {materials.map(name => (
          <Supply key={name} desk={desk} kind="materials" name={name} />
        ))}
        {step.equipment.map(name => (
          <Supply key={name} desk={desk} kind="equipment" name={name} />
        ))}
        <label>
          Performed at, in the time of this computer
          <input name="performed_at" type="datetime-local" step={1} required defaultValue={nowField()} />
        </label>
        <label>
          Why it is entered late, where that is more than 15 minutes ago
          <input name="late_reason" autoComplete="off" />
        </label>
        <p className="choices">
          <button type="submit">Record {step.id}</button>
          <a href={`#/lot/${encodeURIComponent(lot.id)}`}>Back</a>
        </p>
      </form>
      {asked}
    </>
  )
}

function Parameter({ parameter }: { readonly parameter: TemplateStep['parameters'][number] }) {
  const [value, setValue] = useState('')
  const { name, unit, action } = parameter
  const limit = limitText(parameter)
  const judged = value === '' || unit === 'text' ? undefined : judgeResult(value.trim(), unit, limitOf(parameter), {})
  const outside = judged?.ok === true && judged.value.verdict !== 'pass'
  return (
    <fieldset>
      <legend>{name}</legend>
      <label>
        {unit === 'text' ? 'In words' : unit === '1' ? 'Value' : `Value in ${unit}`}{' '}
        {limit === '' ? null : <span className="muted">limit {limit}</span>}
        <input name={`value ${name}`} required autoComplete="off" onInput={event => setValue(event.currentTarget.value)} />
      </label>
      {judged === undefined ? null : judged.ok ? (
        <Mark says={judged.value.verdict} />
      ) : (
        <span className="muted">{judged.issue.remedy}</span>
      )}
      {outside ? (
        <span className="muted">
          {action === 'stop' ? ' It opens a deviation, and the next step waits for quality assurance.' : ' It needs a comment.'}
        </span>
      ) : null}
      <label>
        Comment
        <input name={`comment ${name}`} required={outside && action !== 'stop'} autoComplete="off" />
      </label>
    </fieldset>
  )
}

/** What a step uses: its lot or instrument scanned, or chosen of those that carry the name. */
function Supply({ desk, kind, name }: { readonly desk: Desk; readonly kind: 'materials' | 'equipment'; readonly name: string }) {
  const { result } = useAnswer<
    Readonly<Record<string, readonly Row<{ name: string; expires?: string; status?: string; calibrated_until?: string }>[]>>
  >(desk.client, `/${kind}?limit=500&where=${encodeURIComponent(`name=${name}`)}`)
  const known = result?.ok === true ? (result.value[kind] ?? []) : []
  const usable = known
    .filter(({ data }) => data.status === undefined || data.status === 'released')
    .toSorted((a, b) => (a.data.expires ?? '').localeCompare(b.data.expires ?? ''))
  const field = `${kind === 'materials' ? 'lot' : 'equipment'} ${name}`
  return (
    <fieldset>
      <legend>{name}</legend>
      <label>
        {kind === 'materials' ? 'Lot: scan it, or the first to expire comes first' : 'Instrument: scan it'}
        <input name={field} list={`known ${field}`} required autoComplete="off" />
        <datalist id={`known ${field}`}>
          {usable.map(({ id, data }) => (
            <option key={id} value={id}>
              {data.expires === undefined ? `calibrated until ${data.calibrated_until}` : `expires ${data.expires}`}
            </option>
          ))}
        </datalist>
      </label>
      {kind === 'materials' ? (
        <label>
          How much was used
          <input name={`used ${name}`} required inputMode="decimal" autoComplete="off" />
        </label>
      ) : null}
    </fieldset>
  )
}
