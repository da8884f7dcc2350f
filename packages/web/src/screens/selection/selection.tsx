// Who was chosen, who was not and why; and the way of the choice into the record, where nobody types a receptor's name again.
import { type Issue, issue as makeIssue } from '@cognate/core/base'
import { checkSigned, constructWish } from '@cognate/core/case'
import type { SelectionData } from '@cognate/core/lot'
import { type FormEvent, useState } from 'react'
import { casePath, type Handover } from '../../client/case-answers.ts'
import { mayDo } from '../../client/command-forms.ts'
import type { Done } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Problem } from '../../parts/answer.tsx'
import { ReceptorLink } from '../../parts/case-links.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { Mark } from '../../parts/mark.tsx'
import { figures } from '../../parts/numbers.ts'
import { Recorded } from '../../parts/recorded.tsx'
import { Table } from '../../parts/table.tsx'
import { useSignature } from '../../parts/use-signature.tsx'
import type { CaseScreen } from '../case/case.tsx'

export function Selection(given: CaseScreen) {
  const { desk, the } = given
  const { result } = useAnswer<Handover>(desk.client, casePath(the.id, 'handover'))
  return (
    <>
      {result === undefined ? null : result.ok ? <IntoTheRecord given={given} handover={result.value} /> : <Problem issue={result.issue} />}
      <DataTable
        client={desk.client}
        of={casePath(the.id)}
        table="selection"
        caption="Every receptor, chosen or not"
        rowKey={['receptor_id']}
        columns={[
          { name: 'rank', title: 'Rank', kind: 'number' },
          {
            name: 'receptor_id',
            title: 'Receptor',
            show: row => <ReceptorLink id={the.id} row={row} />,
          },
          { name: 'chosen', title: 'Choice', kind: 'word', show: row => (row.chosen === 'true' ? <Mark says="chosen" /> : 'not chosen') },
          { name: 'mutation', title: 'Mutation' },
          { name: 'hla', title: 'Presenter' },
          { name: 'evidence_level', title: 'Evidence', kind: 'number' },
          { name: 'ec50_molar', title: 'EC50, M', kind: 'number', show: row => figures(row.ec50_molar) },
          { name: 'safety_class', title: 'Safety' },
          { name: 'gates_failed', title: 'Gates failed', show: row => (row.gates_failed ?? '').replaceAll(';', ', ') },
          { name: 'reason', title: 'Why', kind: 'prose' },
        ]}
      />
    </>
  )
}

function IntoTheRecord({
  given: { desk, the },
  handover: { sha256, chosen, constructs },
}: {
  readonly given: CaseScreen
  readonly handover: Handover
}) {
  return (
    <section>
      <Table
        caption="Chosen, as it is signed"
        columns={['Receptor', 'Mutation', 'Why', 'Construct']}
        none="Nobody."
        rows={chosen.map(one => ({
          key: one.receptor,
          cells: [one.receptor, one.mutation, one.reason, constructs.find(({ receptor }) => receptor === one.receptor)?.construct],
        }))}
      />
      <p className="muted sequence">
        Payload <code>{sha256}</code>
      </p>
      {mayDo(desk.who, 'sign-selection') ? (
        <SignSelection desk={desk} id={the.id} sha256={sha256} receptors={chosen.map(one => one.receptor)} />
      ) : null}
      {mayDo(desk.who, 'register-construct') ? <RegisterConstructs desk={desk} sha256={sha256} constructs={constructs} /> : null}
    </section>
  )
}

function SignSelection({
  desk: { client },
  id,
  sha256,
  receptors,
}: Pick<CaseScreen, 'desk'> & { readonly id: string; readonly sha256: string; readonly receptors: readonly string[] }) {
  const [done, setDone] = useState<Done>()
  const [stored, setStored] = useState<Issue>()
  const { begin, asked } = useSignature(client, setDone)
  if (done !== undefined) return <Recorded done={done} />
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    const attached = await client.attach(casePath(id, 'files', 'selection.payload.json'))
    if (!attached.ok) return setStored(attached.issue)
    if (attached.value !== sha256)
      return setStored(makeIssue('handover-checksum', 'the case has changed while you read', 'refresh, and read it again'))
    setStored(undefined)
    await begin({
      path: '/selections',
      body: {
        id: text('id').trim(),
        coi: text('coi').replaceAll('-', '').trim(),
        receptors,
        evidence_sha256: sha256,
        reason: text('reason'),
      },
      version: undefined,
    })
  }
  return (
    <details>
      <summary>Sign this choice into the record</summary>
      <form className="fields" onSubmit={event => void submit(event)}>
        <label>
          Chain of identity of the patient
          <input name="coi" required />
        </label>
        <label>
          Id of the selection, such as SEL-1
          <input name="id" required />
        </label>
        <label>
          Why this choice is signed
          <input name="reason" required />
        </label>
        {stored === undefined ? null : <Problem issue={stored} />}
        <button type="submit">Sign</button>
      </form>
      {asked}
    </details>
  )
}

/** Each insert of the signed choice, one after the other; a refusal stops the rest and says where it stands. What was signed has to be what is shown here. */
function RegisterConstructs({
  desk: { client },
  sha256,
  constructs,
}: Pick<CaseScreen, 'desk'> & { readonly sha256: string; readonly constructs: Handover['constructs'] }) {
  const [entered, setEntered] = useState<readonly string[]>([])
  const [issue, setIssue] = useState<Issue>()
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const selection = fieldsOf(event.currentTarget)('selection').trim()
    setIssue(undefined)
    const signed = await client.get<{ readonly data: SelectionData }>(`/selections/${encodeURIComponent(selection)}`)
    if (!signed.ok) return setIssue(signed.issue)
    const same = checkSigned(selection, signed.value.data.evidence_sha256, { sha256 })
    if (!same.ok) return setIssue(same.issue)
    for (const built of constructs.filter(one => !entered.includes(one.construct))) {
      const said = await client.command({
        path: '/constructs',
        body: constructWish(selection, built),
        version: undefined,
        key: crypto.randomUUID(),
      })
      if (!said.ok) return setIssue(said.issue)
      if (said.value.kind === 'sign')
        return setIssue(makeIssue('signature-required', `${built.construct} has to be signed`, 'register it under Record'))
      setEntered(before => [...before, built.construct])
    }
  }
  return (
    <details>
      <summary>Register the inserts of the signed choice</summary>
      <form className="fields" onSubmit={event => void submit(event)}>
        <label>
          The signed selection, such as SEL-1
          <input name="selection" required />
        </label>
        <p className="muted">
          {constructs.map(one => `${one.construct}${entered.includes(one.construct) ? ' registered' : ''}`).join(', ')}
        </p>
        {issue === undefined ? null : <Problem issue={issue} />}
        {entered.length === constructs.length ? (
          <p className="recorded" role="status">
            {entered.length} constructs are registered.
          </p>
        ) : (
          <button type="submit">Register {constructs.length - entered.length}</button>
        )}
      </form>
    </details>
  )
}
