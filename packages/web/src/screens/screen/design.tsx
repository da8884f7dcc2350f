// Designing the screen: which receptors are tested against how many neoantigens, on which plates; then what to order and where each thing goes.
import type { Issue } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import { caseHref, casePath, hasFile, type Row } from '../../client/case-answers.ts'
import { mayDo } from '../../client/command-forms.ts'
import { useRows } from '../../client/use-rows.ts'
import { Problem } from '../../parts/answer.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { Figure } from '../../parts/figure.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import type { CaseScreen } from '../case/case.tsx'

const NUMBERS = [
  ['top', 'Best-ranked neoantigens to test', 150],
  ['per_construct', 'Minigenes in a construct, 1 to 24', 12],
  ['replicates', 'Wells of each receptor and construct', 3],
  ['pool_size', 'Long peptides in a pool; 0 makes no pools', 0],
] as const

/** `design`: one of them; the newest without. */
export function Design({ given, design }: { readonly given: CaseScreen; readonly design: string | undefined }) {
  const { desk, the } = given
  const shortlist = useRows(desk.client, the, ['receptors'], 'shortlisted', 'true')
  if (shortlist === undefined) return <p className="muted">Reading …</p>
  if (!shortlist.ok) return <Problem issue={shortlist.issue} />
  const shown = design === undefined ? the.designs[0] : the.designs.find(({ id }) => id === design)
  return (
    <>
      {mayDo(desk.who, 'run-case') ? <Ask given={given} shortlist={shortlist.value.receptors} /> : null}
      <Table
        caption="Designs, the newest first"
        columns={['Design', 'Made']}
        none="No screen was designed yet."
        rows={the.designs.map(({ id, made_at }) => ({
          key: id,
          cells: [
            <a key="design" href={caseHref(the.id, 'design', id)} aria-current={id === shown?.id ? 'page' : undefined}>
              {id}
            </a>,
            <Time key="made" at={made_at} />,
          ],
        }))}
      />
      {shown === undefined ? null : <Made key={shown.id} given={given} design={shown} />}
    </>
  )
}

function Ask({ given: { desk, the, again }, shortlist }: { readonly given: CaseScreen; readonly shortlist: readonly Row[] }) {
  const { client } = desk
  const [issue, setIssue] = useState<Issue>()
  const [said, setSaid] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    const numbers = Object.fromEntries(NUMBERS.map(([name]) => [name, Number(text(name))]))
    const effectors = text('effectors')
      .split(/[\s,;]+/)
      .filter(Boolean)
    setBusy(true)
    const made = await client.post<{ readonly id: string; readonly said: readonly string[] }>(casePath(the.id, 'screen-designs'), {
      ...numbers,
      effectors,
      plate: text('plate'),
    })
    setBusy(false)
    setIssue(made.ok ? undefined : made.issue)
    setSaid(made.ok ? made.value.said : [])
    if (!made.ok) return
    location.hash = caseHref(the.id, 'design', made.value.id)
    again()
  }
  return (
    <form className="fields" onSubmit={event => void submit(event)}>
      <label>
        Receptors or T cells to test
        <textarea name="effectors" rows={3} required defaultValue={shortlist.map(row => row.receptor_id).join('\n')} />
      </label>
      {NUMBERS.map(([name, title, usual]) => (
        <label key={name}>
          {title}
          <input name={name} inputMode="numeric" required defaultValue={usual} />
        </label>
      ))}
      <label>
        Wells of a plate
        <select name="plate" defaultValue="96">
          {['24', '96', '384'].map(wells => (
            <option key={wells}>{wells}</option>
          ))}
        </select>
      </label>
      <button type="submit" disabled={busy}>
        {busy ? 'Designing …' : 'Design'}
      </button>
      {issue === undefined ? null : <Problem issue={issue} />}
      {said.length === 0 ? null : <pre className="log">{said.join('\n')}</pre>}
    </form>
  )
}

const FILES = [
  ['order.csv', 'Order'],
  ['minigenes.fasta', 'Constructs as FASTA'],
  ['plate-map.csv', 'Plate map'],
  ['peptide-pools.tsv', 'Peptide pools'],
  ['pool-plate-map.csv', 'Plate map of the pools'],
] as const

function Made({ given: { desk, the }, design }: { readonly given: CaseScreen; readonly design: CaseScreen['the']['designs'][number] }) {
  const of = casePath(the.id)
  const at = `screen-design/${design.id}`
  const has = (name: string) => hasFile(the, `${at}/${name}`)
  return (
    <>
      <p className="choices">
        {FILES.filter(([name]) => has(name)).map(([name, title]) => (
          <a key={name} href={`/api/v1${casePath(the.id, 'files', `${at}/${name}`)}`}>
            {title}
          </a>
        ))}
      </p>
      <p className="muted">
        When its plates are read, CASE.yaml names them under <code>screens</code>, and this design’s minigenes:{' '}
        <code className="sequence">minigenes: {design.minigenes}</code>. Names of constructs and pools are of this design alone.
      </p>
      <h2>What goes where</h2>
      <Figure
        of={of}
        figure={`${at}/plate-map`}
        says="Wells of the plates: effectors by tint, antigens by name; the same in plate-map.csv"
      />
      {has('pool-plate-map.svg') ? (
        <Figure of={of} figure={`${at}/pool-plate-map`} says="Wells of the plates of the pools; the same in pool-plate-map.csv" />
      ) : null}
      <DataTable
        client={desk.client}
        of={of}
        table={`${at}/minigenes`}
        caption="Minigenes of the constructs"
        rowKey={['construct', 'slot']}
        columns={[
          { name: 'construct', title: 'Construct', kind: 'word' },
          { name: 'slot', title: 'Slot', kind: 'number' },
          { name: 'minigene_id', title: 'Minigene', kind: 'word' },
          { name: 'gene', title: 'Gene' },
          { name: 'amino_acid_change', title: 'Change' },
          { name: 'aa', title: 'Residues', show: row => <code>{row.aa}</code> },
        ]}
      />
    </>
  )
}
