// Peptides × alleles: what the shipped models say, with a logo of each allele.
import { type FormEvent, useState } from 'react'
import type { PresentAnswer } from '../../client/case-answers.ts'
import type { Client } from '../../client/record-client.ts'
import { usePosted } from '../../client/use-answer.ts'
import { Problem } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { Mark } from '../../parts/mark.tsx'
import { rank } from '../../parts/numbers.ts'
import { PeptideStrip } from '../../parts/peptide-strip.tsx'
import { Table } from '../../parts/table.tsx'

/** Pairs up to which residues are shown one by one. */
const FEW = 24

const wordsOf = (text: string): readonly string[] => text.split(/[\s,;]+/).filter(Boolean)

export function Present({ client }: { readonly client: Client }) {
  const [asked, setAsked] = useState<{ readonly peptides: readonly string[]; readonly alleles: readonly string[] }>()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    setAsked({ peptides: wordsOf(text('peptides')), alleles: wordsOf(text('alleles')) })
  }
  return (
    <>
      <header className="title">
        <h1>Presentation</h1>
      </header>
      <p className="muted">
        How likely each peptide is shown on each allele. It does not say that a T cell sees it. Class I from 8 to 14 residues, class II from
        9 to 30.
      </p>
      <form className="fields" onSubmit={submit}>
        <label>
          Peptides
          <textarea name="peptides" rows={5} required spellCheck={false} />
        </label>
        <label>
          Alleles, however they are written
          <input name="alleles" required spellCheck={false} />
        </label>
        <button type="submit">Score</button>
      </form>
      {asked === undefined ? null : <Scores client={client} {...asked} />}
    </>
  )
}

function Scores({
  client,
  peptides,
  alleles,
}: {
  readonly client: Client
  readonly peptides: readonly string[]
  readonly alleles: readonly string[]
}) {
  const { result } = usePosted<PresentAnswer>(client, '/present', { peptides, alleles, effects: peptides.length * alleles.length <= FEW })
  if (result === undefined) return <p className="muted">Asking the models …</p>
  if (!result.ok) return <Problem issue={result.issue} />
  const { rows, effects, caveats } = result.value
  return (
    <>
      {caveats.map(({ text }) => (
        <p key={text} className="muted">
          {text}
        </p>
      ))}
      <Table
        caption="Scores"
        columns={['Peptide', 'Allele', '%rank', 'Binder', 'IC50, nM', 'Core', 'Model', 'Caveats']}
        none="No pair could be scored."
        rows={rows.map(row => ({
          key: `${row.peptide} ${row.allele}`,
          cells: [
            <code key="peptide">{row.peptide}</code>,
            row.allele,
            rank(row.presentation_percentile),
            <Mark key="binder" says={String(row.binder)} />,
            row.ic50_nm,
            <code key="core">{row.core}</code>,
            row.model_version,
            row.caveats,
          ],
        }))}
      />
      {effects.map(one => {
        const row = rows.find(({ peptide, allele }) => peptide === one.peptide && allele === one.allele)
        const core = row?.class === 'II' ? Number(row.core_offset) : undefined
        return (
          <section key={`${one.peptide} ${one.allele}`}>
            <h2>
              {one.peptide} on {one.allele}
            </h2>
            <PeptideStrip effects={one} changed={[]} {...(core === undefined ? {} : { core })} />
          </section>
        )
      })}
      {[...new Set(rows.map(({ allele }) => String(allele)))].slice(0, 12).map(allele => (
        <img key={allele} src={`/api/v1/motifs/${encodeURIComponent(allele)}`} alt={`What ${allele} presents, as a logo`} />
      ))}
    </>
  )
}
