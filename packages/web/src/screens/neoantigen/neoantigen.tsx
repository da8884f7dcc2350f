// One neoantigen: what made its rank, its peptide residue by residue, every allele beside the wild type, and which receptors saw it.
import { CLASS_I_LENGTHS } from '@cognate/core/neoantigen'
import { hasFile, type PresentAnswer, type Row } from '../../client/case-answers.ts'
import { usePosted } from '../../client/use-answer.ts'
import { type RowsByTable, useRows } from '../../client/use-rows.ts'
import { Problem } from '../../parts/answer.tsx'
import { Call, ReceptorLink } from '../../parts/case-links.tsx'
import { figures, percent, rank } from '../../parts/numbers.ts'
import { Marked, PeptideStrip, positionsOf } from '../../parts/peptide-strip.tsx'
import { Table } from '../../parts/table.tsx'
import type { CaseScreen } from '../case/case.tsx'
import { changeOf } from './neoantigens.tsx'

/** Plates name what they tested by its minigene: of those that the case was given, where it was given any. */
const MINIGENES = ['screened-minigenes', 'minigenes'] as const
const carrierOf = (rows: RowsByTable<(typeof MINIGENES)[number]>): Row | undefined => MINIGENES.flatMap(table => rows[table])[0]

/** `named`: a neoantigen, or a minigene that carries it. */
export function Neoantigen({ given, named }: { readonly given: CaseScreen; readonly named: string }) {
  const carriers = useRows(given.desk.client, given.the, MINIGENES, 'minigene_id', named.replace(/-wt$/, ''))
  if (carriers === undefined) return <p className="muted">Reading …</p>
  if (!carriers.ok) return <Problem issue={carriers.issue} />
  return <Named given={given} neoantigen={carrierOf(carriers.value)?.neoantigen_id ?? named} />
}

function Named({ given, neoantigen }: { readonly given: CaseScreen; readonly neoantigen: string }) {
  const found = useRows(given.desk.client, given.the, ['neoantigens'], 'neoantigen_id', neoantigen)
  if (found === undefined) return <p className="muted">Reading …</p>
  if (!found.ok) return <Problem issue={found.issue} />
  const row = found.value.neoantigens[0]
  if (row !== undefined) return <Shown given={given} row={row} />
  return <p className="muted">The case has no neoantigen {neoantigen}; it may have been run again since.</p>
}

function Shown({ given, row }: { readonly given: CaseScreen; readonly row: Row }) {
  return (
    <>
      <h2>
        {changeOf(row)}{' '}
        <span className="muted">
          rank {row.rank}, tier {row.tier}
        </span>
      </h2>
      <dl>
        <dt>Variant</dt>
        <dd>
          <code>{row.variant_id}</code> <span className="muted">{row.transcripts}</span>
        </dd>
        <dt>Expression</dt>
        <dd>
          {figures(row.rna_expression) || 'unknown'}
          {row.rna_expression === '' ? '' : ' TPM'}
          {row.rna_vaf === '' ? '' : `, ${percent(row.rna_vaf)} of RNA reads mutated`}
        </dd>
        <dt>In the tumour</dt>
        <dd>
          {row.dna_vaf === '' ? 'unknown' : `${percent(row.dna_vaf)} of DNA reads, ${row.clonality}`}
          {row.ccf === '' ? '' : `; cancer cell fraction ${figures(row.ccf)} (${figures(row.ccf_low)}–${figures(row.ccf_high)})`}
        </dd>
        <dt>Minigene</dt>
        <dd className="sequence">
          <Marked peptide={row.minigene_25 ?? ''} changed={[Number(row.minigene_change_offset)]} />
        </dd>
        {row.caveats === '' ? null : (
          <>
            <dt>Caveats</dt>
            <dd>{row.caveats}</dd>
          </>
        )}
      </dl>
      <Terms row={row} />
      <Alleles given={given} row={row} />
      <OfEachAllele given={given} neoantigen={row.neoantigen_id ?? ''} />
      {hasFile(given.the, 'screen.tsv') ? <Receptors given={given} neoantigen={row.neoantigen_id ?? ''} /> : null}
    </>
  )
}

/** The sum that the rank is. */
function Terms({ row }: { readonly row: Row }) {
  const terms = (row.score_terms ?? '')
    .split(' ')
    .filter(Boolean)
    .map(term => term.split(':') as [string, string])
  return (
    <>
      <p>{row.reasons}</p>
      <Table
        caption={`Score ${figures(row.score)}, weights ${row.weights}`}
        columns={['Term', 'Log-odds']}
        none="No term applies."
        rows={terms.map(([name, value]) => ({ key: name, cells: [name.replaceAll('-', ' '), value] }))}
      />
    </>
  )
}

function Alleles({ given: { desk, the }, row }: { readonly given: CaseScreen; readonly row: Row }) {
  const changed = positionsOf(row.changed_positions ?? '')
  const peptides = [row.best_peptide, row.wt_peptide, row.class_ii_best_peptide].filter(
    peptide => peptide !== undefined && /^[A-Z]{8,}$/.test(peptide),
  )
  const every = usePosted<PresentAnswer>(desk.client, '/present', { peptides, alleles: the.hla })
  const best = usePosted<PresentAnswer>(desk.client, '/present', {
    peptides: peptides.filter(peptide => peptide !== row.class_ii_best_peptide),
    alleles: [row.best_allele],
    class: 'I',
    effects: true,
  })
  if (every.result === undefined || best.result === undefined) return <p className="muted">Asking the models …</p>
  if (!every.result.ok) return <Problem issue={every.result.issue} />
  const scores = every.result.value.rows
  const of = (peptide: string | undefined, allele: string | number | undefined) =>
    scores.find(score => score.peptide === peptide && score.allele === allele)
  const alleles = [...new Set(scores.filter(score => score.peptide === row.best_peptide).map(score => score.allele))]
  const second = scores.filter(score => score.peptide === row.class_ii_best_peptide && score.class === 'II')
  return (
    <>
      <h2>
        {row.best_peptide} on {row.best_allele}
      </h2>
      <p className="muted">
        Blue helps, red hurts: log-odds of the score against the mean of the other nineteen residues. Changed residues are marked. Below,
        the wild type.
      </p>
      {best.result.ok
        ? best.result.value.effects.map(effects => (
            <PeptideStrip key={effects.peptide} effects={effects} changed={effects.peptide === row.best_peptide ? changed : []} />
          ))
        : null}
      <div className="scroll">
        <img src={`/api/v1/motifs/${encodeURIComponent(row.best_allele ?? '')}`} alt={`What ${row.best_allele} presents, as a logo`} />
      </div>
      <Table
        caption={`${row.best_peptide} on every allele of the patient`}
        columns={['Allele', 'Mutant %rank', 'Mutant IC50, nM', 'Wild type %rank', 'Wild type IC50, nM', 'Binder']}
        none="The models know none of the patient's alleles."
        rows={alleles.map(allele => {
          const [mutant, wild] = [of(row.best_peptide, allele), of(row.wt_peptide, allele)]
          return {
            key: String(allele),
            cells: [
              allele,
              rank(mutant?.presentation_percentile),
              mutant?.ic50_nm,
              rank(wild?.presentation_percentile),
              wild?.ic50_nm,
              mutant?.binder,
            ],
          }
        })}
      />
      {second.length === 0 ? null : (
        <Table
          caption={`Class II: ${row.class_ii_best_peptide}`}
          columns={['Molecule', '%rank', 'IC50, nM', 'Core', 'Binder']}
          none=""
          rows={second.map(score => ({
            key: String(score.allele),
            cells: [score.allele, rank(score.presentation_percentile), score.ic50_nm, <code key="core">{score.core}</code>, score.binder],
          }))}
        />
      )}
    </>
  )
}

/** As many peptides as the models are asked at a time. */
const MOST = 500

/** Words of 8 to 11 residues of the mutated stretch that the wild type's does not hold. */
function newWords({ aa = '', wild_type_aa: wild = '' }: Row): readonly string[] {
  const words = CLASS_I_LENGTHS.flatMap(length =>
    Array.from({ length: Math.max(0, aa.length - length + 1) }, (_, i) => aa.slice(i, i + length)),
  )
  return [...new Set(words)].filter(word => !wild.includes(word))
}

/** The best peptide for one allele need not be the best for another. */
function OfEachAllele({ given: { desk, the }, neoantigen }: { readonly given: CaseScreen; readonly neoantigen: string }) {
  const found = useRows(desk.client, the, ['minigenes'], 'neoantigen_id', neoantigen)
  const minigene = found?.ok === true ? found.value.minigenes[0] : undefined
  return minigene === undefined ? null : <BestOfEach desk={desk} the={the} words={newWords(minigene).slice(0, MOST)} />
}

function BestOfEach({ desk, the, words }: Pick<CaseScreen, 'desk' | 'the'> & { readonly words: readonly string[] }) {
  const { result } = usePosted<PresentAnswer>(desk.client, '/present', { peptides: words, alleles: the.hla, class: 'I' })
  if (result === undefined) return <p className="muted">Asking the models …</p>
  if (!result.ok) return <Problem issue={result.issue} />
  const best = new Map<string, PresentAnswer['rows'][number]>()
  for (const score of result.value.rows) {
    const before = best.get(String(score.allele))
    if (before === undefined || Number(score.presentation_percentile) < Number(before.presentation_percentile))
      best.set(String(score.allele), score)
  }
  return (
    <Table
      caption="Best peptide of each allele"
      columns={['Allele', 'Peptide', '%rank', 'IC50, nM', 'Binder']}
      none="The models know none of the patient's alleles."
      rows={[...best].map(([allele, score]) => ({
        key: allele,
        cells: [allele, <code key="peptide">{score.peptide}</code>, rank(score.presentation_percentile), score.ic50_nm, score.binder],
      }))}
    />
  )
}

function Receptors({ given, neoantigen }: { readonly given: CaseScreen; readonly neoantigen: string }) {
  const carriers = useRows(given.desk.client, given.the, MINIGENES, 'neoantigen_id', neoantigen)
  if (carriers === undefined) return <p className="muted">Reading …</p>
  if (!carriers.ok) return <Problem issue={carriers.issue} />
  return <Tests given={given} neoantigen={neoantigen} minigene={carrierOf(carriers.value)?.minigene_id} />
}

/** Plates may name it by its minigene, or by itself. */
function Tests({
  given: { desk, the },
  neoantigen,
  minigene,
}: {
  readonly given: CaseScreen
  readonly neoantigen: string
  readonly minigene: string | undefined
}) {
  const asMinigene = useRows(desk.client, the, ['screen'], 'neoantigen_id', minigene ?? neoantigen)
  const asItself = useRows(desk.client, the, ['screen'], 'neoantigen_id', neoantigen)
  if (asMinigene === undefined || asItself === undefined) return <p className="muted">Reading …</p>
  if (!asMinigene.ok) return <Problem issue={asMinigene.issue} />
  if (!asItself.ok) return <Problem issue={asItself.issue} />
  const tests = minigene === undefined ? asItself.value.screen : [...asMinigene.value.screen, ...asItself.value.screen]
  return (
    <Table
      caption={`Tested against it${minigene === undefined ? '' : `, as ${minigene}`}`}
      columns={['Receptor', 'Call', 'Presenter', 'Plate', 'p', 'EC50, M', 'Mutant over wild type']}
      none="No receptor was tested against it."
      rows={tests.map(test => ({
        key: `${test.receptor_id} ${test.plate} ${test.antigen_form} ${test.presenter_hla}`,
        cells: [
          <ReceptorLink key="receptor" id={the.id} row={test} />,
          <Call key="call" row={test} />,
          test.presenter_hla,
          test.plate,
          figures(test.p),
          figures(test.ec50_molar),
          figures(test.mutant_over_wild_type),
        ],
      }))}
    />
  )
}
