// Which peptides a proteome is scanned for: of each receptor that answered, the mutated peptide that the restricting allele presents best.
import { type Caveat, caveat } from '../base/index.ts'
import { type HlaAllele, parseHlaAllele } from '../bio/index.ts'
import { CLASS_I_LENGTHS, CLASS_II_LENGTHS } from '../neoantigen/index.ts'
import { type Predictors, unscorable } from '../presentation/index.ts'
import type { SafetyTarget } from '../safety/index.ts'
import { antigenRows, type EvidenceTables, gatherCandidates, type TableRecord } from '../selection/index.ts'

const cell = (row: TableRecord, column: string): string => row[column] ?? ''

/**
 * The minimal epitope is known only where it was tested: otherwise the best-presented peptide of the mutation stands for it, and that is said.
 * Receptors without an answer have no target.
 */
export function safetyTargets(
  tables: EvidenceTables,
  predictors: Predictors,
): { readonly targets: readonly SafetyTarget[]; readonly caveats: readonly Caveat[] } {
  const neoantigens = antigenRows(tables)
  const wildTypes = new Map(tables.minigenes.map(row => [cell(row, 'aa'), cell(row, 'wild_type_aa')]))
  const targets: SafetyTarget[] = []
  const caveats: Caveat[] = []
  for (const { receptorId, evidence } of gatherCandidates({ ...tables, safety: undefined, constructs: undefined }).candidates) {
    const neoantigen = evidence === undefined ? undefined : neoantigens.get(evidence.neoantigenId)
    if (evidence === undefined || neoantigen === undefined) continue
    const hla = evidence.hla === '' ? cell(neoantigen, 'best_allele') : evidence.hla
    const found = bestOn(hla, neoantigen, predictors)
    const window = windowOf(neoantigen).residues
    const peptide = found ?? cell(neoantigen, 'best_peptide')
    if (peptide === '' || hla === '') {
      const missing = peptide === '' ? 'which peptide it sees' : 'which allele presents it'
      caveats.push(caveat('epitope-unknown', `${receptorId}: ${missing} is not known, so the proteome was not searched for it`))
      continue
    }
    targets.push({ receptorId, peptide, wildType: sameStretch(peptide, window, wildTypes.get(window) ?? ''), hla })
    const unknown = evidence.hla === '' ? ', on the allele that presents it best: the restricting one is not known' : ''
    caveats.push(
      caveat(
        'epitope-assumed',
        `${receptorId}: ${peptide}, the peptide of the mutation that ${hla} presents best, is taken for what it sees${unknown}`,
      ),
    )
  }
  return { targets, caveats }
}

/** Of the peptides with a changed residue the one with the lowest percentile; undefined where the allele or every peptide cannot be scored. */
function bestOn(hla: string, neoantigen: TableRecord, predictors: Predictors): string | undefined {
  const allele = parseHlaAllele(hla)
  if (!allele.ok) return undefined
  const predictor = allele.value.class === 'I' ? predictors.I : predictors.II
  if (predictor === undefined || predictor.support(allele.value.allele) === undefined) return undefined
  const peptides = changedPeptides(neoantigen, allele.value.class === 'I' ? CLASS_I_LENGTHS : CLASS_II_LENGTHS).filter(
    peptide => unscorable(predictor, peptide) === undefined,
  )
  if (peptides.length === 0) return undefined
  const { presentationPercentile } = predictor.predict(peptides, [allele.value.allele as HlaAllele])
  return peptides[presentationPercentile.indexOf(Math.min(...presentationPercentile))]
}

/** As neoantigens.tsv names the columns, or minigenes.tsv; the offset of the change is 0-based. */
const windowOf = (row: TableRecord): { readonly residues: string; readonly changed: number } =>
  row.minigene_25 === undefined
    ? { residues: cell(row, 'aa'), changed: Number(cell(row, 'mutated_offset')) - 1 }
    : { residues: row.minigene_25, changed: Number(cell(row, 'minigene_change_offset')) - 1 }

/** Peptides of the minigene that hold the first changed residue, or, of a new tail, any residue from it on. */
function changedPeptides(neoantigen: TableRecord, lengths: readonly number[]): readonly string[] {
  const { residues: window, changed } = windowOf(neoantigen)
  const isTail = /^(FS|frameshift fusion)/.test(cell(neoantigen, 'amino_acid_change'))
  const peptides: string[] = []
  for (const length of lengths)
    for (let at = Math.max(0, changed - length + 1); at + length <= window.length && (isTail || at <= changed); at++)
      peptides.push(window.slice(at, at + length))
  return peptides
}

/** The unmutated residues of the same place, where the two stretches are of one length. */
function sameStretch(peptide: string, window: string, wildType: string): string | undefined {
  const at = window.indexOf(peptide)
  if (at < 0 || window.length !== wildType.length) return undefined
  const unchanged = wildType.slice(at, at + peptide.length)
  return unchanged === peptide ? undefined : unchanged
}
