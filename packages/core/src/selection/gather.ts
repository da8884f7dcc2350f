// The tables of the stages before → one candidate a receptor and the mutation it was best shown to see.
import { type Caveat, caveat } from '../base/index.ts'
import { carries, type HlaAllele, parseHlaAllele } from '../bio/index.ts'
import { type HlaLoss, type HlaLosses, hlaStatus, indexHlaLoss } from '../neoantigen/index.ts'
import { BLOCKED, type Blocked, narrowedBy } from '../screen/index.ts'
import type { Candidate, ScreenEvidence } from './candidate.ts'

/** A row of a table by column name; absent columns read as empty. */
export type TableRecord = Readonly<Record<string, string>>

export interface EvidenceTables {
  /** receptors.tsv. */
  readonly receptors: readonly TableRecord[]
  /** screen.tsv. */
  readonly screen: readonly TableRecord[]
  /** neoantigens.tsv. */
  readonly neoantigens: readonly TableRecord[]
  /** minigenes.tsv of `screen design` (construct, minigene_id) or of `neoantigens`; names what no variant made too: fusions, splicing, listed antigens. */
  readonly minigenes: readonly TableRecord[]
  /** deconvolution.tsv. */
  readonly deconvolution: readonly TableRecord[]
  /** safety.tsv; undefined: not assessed. */
  readonly safety: readonly TableRecord[] | undefined
  /** constructs.tsv; undefined: not made yet. */
  readonly constructs: readonly TableRecord[] | undefined
  /** The patient's alleles. */
  readonly hla: readonly HlaAllele[]
  /** Undefined: not assessed. */
  readonly hlaLoss: readonly HlaLoss[] | undefined
}

const cell = (row: TableRecord, column: string): string => row[column] ?? ''
const number = (text: string): number | undefined => (text === '' || Number.isNaN(Number(text)) ? undefined : Number(text))

/** Two fields of an allele name, so that spellings agree; the text itself when it is no allele. */
function alleleKey(text: string): string {
  const parsed = parseHlaAllele(text)
  return parsed.ok ? parsed.value.allele : text
}

/** Antigen names → the neoantigens that stand in them; a tandem construct holds several. */
function antigenIndex(tables: EvidenceTables): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>()
  const put = (antigen: string, id: string) => {
    if (antigen === '' || id === '') return
    const held = index.get(antigen) ?? []
    if (!held.includes(id)) index.set(antigen, [...held, id])
  }
  for (const row of tables.neoantigens) {
    const id = cell(row, 'neoantigen_id')
    put(id, id)
    put(cell(row, 'best_peptide'), id)
    put(cell(row, 'class_ii_best_peptide'), id)
    put(cell(row, 'minigene_25'), id)
  }
  for (const row of tables.minigenes) {
    const id = cell(row, 'neoantigen_id')
    put(cell(row, 'minigene_id'), id)
    put(cell(row, 'construct'), id)
    put(cell(row, 'aa'), id)
  }
  return index
}

/** Rows by neoantigen_id: of neoantigens.tsv, and of minigenes.tsv for what no small variant made. */
export const antigenRows = ({
  neoantigens,
  minigenes,
}: Pick<EvidenceTables, 'neoantigens' | 'minigenes'>): ReadonlyMap<string, TableRecord> =>
  new Map([...minigenes.toReversed(), ...neoantigens].map(row => [cell(row, 'neoantigen_id'), row]))

interface Gathered {
  readonly positivePlates: Set<string>
  wells: number
  pooled: boolean
  deconvolved: boolean
  wildType: boolean | undefined
  ec50: number | undefined
  ratio: number | undefined
  readonly hla: Set<string>
  /** Wells with a blocking antibody that did not answer: by plate, the class of molecules. */
  readonly silenced: { readonly plate: string; readonly blocked: Blocked }[]
}

const fresh = (): Gathered => ({
  positivePlates: new Set(),
  wells: 0,
  pooled: false,
  deconvolved: false,
  wildType: undefined,
  ec50: undefined,
  ratio: undefined,
  hla: new Set(),
  silenced: [],
})

/** Caveats name antigens that no neoantigen stands behind. */
export function gatherCandidates(tables: EvidenceTables): {
  readonly candidates: readonly Candidate[]
  readonly caveats: readonly Caveat[]
} {
  const antigens = antigenIndex(tables)
  const byReceptor = new Map<string, Map<string, Gathered>>()
  /** Antigens that no table names, and whether any receptor answered to them. */
  const unknown = new Map<string, boolean>()
  const gathered = (receptor: string, neoantigen: string): Gathered => {
    const own = byReceptor.get(receptor) ?? new Map<string, Gathered>()
    byReceptor.set(receptor, own)
    const held = own.get(neoantigen) ?? fresh()
    own.set(neoantigen, held)
    return held
  }
  for (const row of tables.screen) addScreenRow(row, antigens, gathered, unknown)
  for (const row of tables.deconvolution)
    for (const id of antigens.get(cell(row, 'peptide_id')) ?? []) gathered(cell(row, 'receptor_id'), id).deconvolved = true
  const neoantigens = antigenRows(tables)
  const losses = indexHlaLoss(tables.hlaLoss ?? [])
  const candidates = tables.receptors.map(row => {
    const id = cell(row, 'receptor_id')
    const best = bestEvidence(byReceptor.get(id))
    return candidateOf(row, best, best === undefined ? undefined : neoantigens.get(best.neoantigenId), tables, losses)
  })
  const known = new Set(candidates.map(candidate => candidate.receptorId))
  const strays = [...byReceptor.keys()].filter(receptor => !known.has(receptor))
  const caveats: Caveat[] = []
  if (unknown.size > 0) caveats.push(unknownAntigens(unknown))
  if (strays.length > 0)
    caveats.push(
      caveat('receptor-unknown', `${strays.length} receptors of the screen are not in receptors.tsv: ${strays.slice(0, 5).join(', ')}`),
    )
  if (tables.hlaLoss === undefined)
    caveats.push(
      caveat('hla-loss-not-assessed', 'loss of HLA was not assessed: that is no pass, look at the tumour before the product is made'),
    )
  if (tables.hla.length === 0)
    caveats.push(
      caveat(
        'patients-hla-not-given',
        'the alleles of the patient were not given: whether a restricting allele is one of them was not asked',
      ),
    )
  if (tables.safety === undefined)
    caveats.push(caveat('safety-not-assessed', 'no safety.tsv was given: off-target peptides were not looked at'))
  return { candidates, caveats }
}

/** Those that were answered first: each is a hit that nobody would see otherwise. */
function unknownAntigens(unknown: ReadonlyMap<string, boolean>): Caveat {
  const names = [...unknown].toSorted(([, a], [, b]) => Number(b) - Number(a)).map(([name]) => name)
  const answered = [...unknown.values()].filter(Boolean).length
  return caveat(
    'antigen-unknown',
    `${names.length} antigens of the screen stand in no table of neoantigens or minigenes, ${answered} of them were answered: ${names.slice(0, 5).join(', ')}; give the minigenes.tsv that the plates were made from`,
  )
}

function addScreenRow(
  row: TableRecord,
  antigens: ReadonlyMap<string, readonly string[]>,
  gathered: (receptor: string, neoantigen: string) => Gathered,
  unknown: Map<string, boolean>,
): void {
  const written = cell(row, 'neoantigen_id')
  const isTwin = written.endsWith('-wt')
  const ids = antigens.get(isTwin ? written.slice(0, -3) : written) ?? []
  const positive = cell(row, 'call') === 'positive'
  if (ids.length === 0 && !written.startsWith('POOL-')) unknown.set(written, positive || unknown.get(written) === true)
  for (const neoantigen of ids) {
    const held = gathered(cell(row, 'receptor_id'), neoantigen)
    const blocking = BLOCKED.find(blocked => blocked === cell(row, 'blocking'))
    if (blocking !== undefined) {
      // a silenced answer tells the class of molecules, and nothing else
      if (!isTwin && cell(row, 'call') === 'negative') held.silenced.push({ plate: cell(row, 'plate'), blocked: blocking })
      continue
    }
    if (isTwin) {
      if (cell(row, 'call') === 'positive') held.wildType = true
      else if (cell(row, 'call') === 'negative') held.wildType ??= false
      continue
    }
    if (!positive) continue
    if (cell(row, 'presenter_hla') !== '') held.hla.add(alleleKey(cell(row, 'presenter_hla')))
    if (ids.length > 1) held.pooled = true
    else if (cell(row, 'rule') === 'titration') {
      const ec50 = number(cell(row, 'ec50_molar'))
      if (ec50 !== undefined) held.ec50 = Math.min(held.ec50 ?? Number.POSITIVE_INFINITY, ec50)
      const ratio = number(cell(row, 'mutant_over_wild_type').replace(/^>=\s*/, ''))
      if (ratio !== undefined) held.ratio = ratio
    } else {
      held.positivePlates.add(cell(row, 'plate'))
      held.wells = Math.max(
        held.wells,
        cell(row, 'wells')
          .split(';')
          .filter(well => well !== '').length,
      )
    }
  }
}

/** The mutation with the strongest evidence: a titration, then positive plates, then a deconvolved or pooled hit; ties by id. */
function bestEvidence(own: ReadonlyMap<string, Gathered> | undefined): ScreenEvidence | undefined {
  let best: { weight: number; evidence: ScreenEvidence } | undefined
  for (const [neoantigenId, held] of [...(own ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const weight =
      (held.ec50 === undefined ? 0 : 1000) + 100 * held.positivePlates.size + (held.deconvolved ? 10 : 0) + (held.pooled ? 1 : 0)
    if (weight === 0 || (best !== undefined && weight <= best.weight)) continue
    const silenced = held.silenced.filter(({ plate }) => held.positivePlates.has(plate)).map(({ blocked }) => blocked)
    const alleles = narrowedBy(silenced, [...held.hla])
    best = {
      weight,
      evidence: {
        neoantigenId,
        positivePlates: [...held.positivePlates].sort(),
        positiveWells: held.wells,
        pooled: held.pooled,
        deconvolved: held.deconvolved,
        wildTypePositive: held.wildType,
        ec50: held.ec50,
        mutantOverWildType: held.ratio,
        hla: alleles.length === 1 ? alleles[0]! : '',
        ambiguousHla: alleles.length > 1,
      },
    }
  }
  return best?.evidence
}

function unasked(id: string, evidence: ScreenEvidence, expression: number | undefined, unbuilt: boolean): Caveat[] {
  const caveats: Caveat[] = []
  if (evidence.hla === '' && !evidence.ambiguousHla)
    caveats.push(
      caveat(
        'restriction-unknown',
        `${id}: the presenting allele is not known, so neither whether the patient has it nor whether the tumour lost it was asked`,
      ),
    )
  if (expression === undefined) caveats.push(caveat('expression-unknown', `${id}: whether its mutation is expressed is not known`))
  if (unbuilt) caveats.push(caveat('construct-not-made', `${id} is not in constructs.tsv: whether it can be built was not asked`))
  return caveats
}

function candidateOf(
  row: TableRecord,
  evidence: ScreenEvidence | undefined,
  neoantigen: TableRecord | undefined,
  tables: EvidenceTables,
  losses: HlaLosses,
): Candidate {
  const id = cell(row, 'receptor_id')
  const clonotype = cell(row, 'clonotype_id')
  const tested = new Set(tables.screen.map(other => cell(other, 'receptor_id')))
  const pairs = tables.receptors.filter(other => cell(other, 'clonotype_id') === clonotype && cell(other, 'receptor_id') !== id)
  const own = tables.safety?.filter(other => cell(other, 'receptor_id') === id)
  const red = own?.filter(other => cell(other, 'class') === 'red') ?? []
  // a vector for each chain is two constructs, two receptors in one insert are one
  const statuses = tables.constructs
    ?.filter(other => [cell(other, 'receptor_id'), ...cell(other, 'receptor_id').split('+')].includes(id))
    .map(other => cell(other, 'status'))
  const hla = evidence?.hla ?? ''
  const status = hla === '' ? undefined : hlaStatus(losses, hla as HlaAllele)
  const expression = neoantigen === undefined ? undefined : number(cell(neoantigen, 'rna_expression'))
  // what could not be asked is no pass: each is told of a receptor that answered
  const caveats: Caveat[] = evidence === undefined ? [] : unasked(id, evidence, expression, statuses?.length === 0)
  if (evidence?.ambiguousHla) caveats.push(caveat('ambiguous-restriction', `${id} answers on more than one allele`))
  if (status?.lost === true && status.lesions.length > 0)
    caveats.push(caveat('hla-lost-in', `${id}: ${hla} is lost in ${status.lesions.join(', ')}`))
  if (status === undefined && hla !== '' && tables.hlaLoss !== undefined)
    caveats.push(caveat('hla-loss-not-assessed', `${id}: the table of HLA loss does not name ${hla}`))
  if (own !== undefined && own.length === 0 && evidence !== undefined)
    caveats.push(caveat('safety-not-assessed', `safety.tsv has no word for ${id}`))
  return {
    receptorId: id,
    clonotypeId: clonotype,
    lineage: cell(row, 'lineage') || 'unknown',
    cells: number(cell(row, 'clonotype_cells')) ?? number(cell(row, 'cells')) ?? 0,
    lesions: cell(row, 'cells_by_lesion')
      .split(',')
      .filter(part => part !== '').length,
    flags: cell(row, 'flags')
      .split(';')
      .filter(flag => flag !== ''),
    untestedPairs: pairs.filter(other => !tested.has(cell(other, 'receptor_id'))).length,
    suspected: cell(row, 'shortlisted') === 'true' || (number(cell(row, 'evidence_level')) ?? 0) >= 1,
    evidence,
    mutation: neoantigen === undefined ? '' : `${cell(neoantigen, 'gene')} ${cell(neoantigen, 'amino_acid_change')}`,
    hlaStatus: status === undefined ? 'unknown' : status.lost ? 'lost' : 'kept',
    isPatientsHla: hla === '' || tables.hla.length === 0 ? undefined : carries(tables.hla, hla as HlaAllele),
    expression,
    ccf: neoantigen === undefined ? undefined : number(cell(neoantigen, 'ccf')),
    safety:
      own === undefined || own.length === 0
        ? undefined
        : { red: red.length, untestedRed: red.filter(other => cell(other, 'tested') !== 'negative').length },
    constructStatus: statuses?.find(one => one !== 'ready') ?? statuses?.[0],
    caveats,
  }
}
