// What plates say is laid on the neoantigens by the names in the wells: a name that no table has is told, answered ones first, and is never taken for another.
import { expect, test } from 'vitest'
import type { HlaAllele } from '../bio/index.ts'
import type { HlaLoss } from '../neoantigen/index.ts'
import { minigeneId } from '../peptide/index.ts'
import { gatherCandidates } from './index.ts'

const KRAS = { neoantigen_id: 'NEO-1', gene: 'KRAS', amino_acid_change: 'G12D', aa: 'MTEYKLVVVGADGVGKSALTIQLI' }
const TP53 = { neoantigen_id: 'NEO-2', gene: 'TP53', amino_acid_change: 'R175H', aa: 'HMTEVVRHCPHHERCSDSDGLAPPQ' }
const withId = (row: typeof KRAS) => ({ ...row, minigene_id: minigeneId(row.neoantigen_id, row.aa) })
const answers = (antigen: string, call = 'positive', plate = 'P1') => ({
  receptor_id: 'R1',
  neoantigen_id: antigen,
  call,
  plate,
  wells: 'A1;A2;A3',
  replicates: '3',
})

const gather = (
  screen: readonly Record<string, string>[],
  hla: readonly HlaAllele[] = ['HLA-A*02:01' as HlaAllele],
  hlaLoss?: readonly HlaLoss[],
) =>
  gatherCandidates({
    receptors: [{ receptor_id: 'R1', clonotype_id: 'CT-1', lineage: 'CD8', clonotype_cells: '3', cells_by_lesion: 'L:3' }],
    screen,
    neoantigens: [KRAS, TP53].map(({ aa: _, ...row }) => row),
    minigenes: [KRAS, TP53].map(withId),
    deconvolution: [],
    safety: undefined,
    constructs: undefined,
    hla,
    hlaLoss,
  })

test('an answer is laid on the mutation whose minigene was in the well', () => {
  const { candidates, caveats } = gather([answers(withId(TP53).minigene_id)])
  expect(candidates[0]!.evidence?.neoantigenId).toBe('NEO-2')
  expect(caveats.map(one => one.code)).not.toContain('antigen-unknown')
})

test('a number of another table, or a minigene whose residues have changed since, is nobody’s; the answered are named first', () => {
  const stale = minigeneId(KRAS.neoantigen_id, `${KRAS.aa}S`)
  const { candidates, caveats } = gather([answers('MG-3', 'negative'), answers('MG-2', 'negative'), answers('MG-1'), answers(stale)])
  expect(candidates[0]!.evidence).toBeUndefined()
  expect(caveats.find(one => one.code === 'antigen-unknown')!.text).toBe(
    `4 antigens of the screen stand in no table of neoantigens or minigenes, 2 of them were answered: MG-1, ${stale}, MG-3, MG-2; give the minigenes.tsv that the plates were made from`,
  )
})

test('the molecule of an answer is the patient’s when both its chains are typed; lost when either is, and the lesion is named', () => {
  const dq = { ...answers(withId(TP53).minigene_id), presenter_hla: 'DQA1*05:01/DQB1*02:01' }
  const hla = ['HLA-DQA1*05:01', 'HLA-DQB1*02:01'] as HlaAllele[]
  expect(gather([dq]).candidates[0]!.isPatientsHla).toBe(false)
  expect(gather([dq], hla).candidates[0]!.isPatientsHla).toBe(true)
  const loss = [
    { allele: hla[1]!, lost: false, lesion: 'lung-1', evidence: '' },
    { allele: hla[1]!, lost: true, lesion: 'liver-2', evidence: '' },
  ]
  const [candidate] = gather([dq], hla, loss).candidates
  expect(candidate!.hlaStatus).toBe('lost')
  expect(candidate!.caveats.map(one => one.text)).toContain('R1: HLA-DQA1*05:01/DQB1*02:01 is lost in liver-2')
  const other = gather([dq], hla, [{ ...loss[0]!, allele: 'HLA-A*02:01' as HlaAllele }]).candidates[0]!
  expect([other.hlaStatus, other.caveats.map(one => one.code)]).toEqual(['unknown', ['expression-unknown', 'hla-loss-not-assessed']])
})

test('a gate that could not be asked is told of every receptor that answered', () => {
  const codes = (hla: readonly HlaAllele[], row: Record<string, string>) => {
    const { candidates, caveats } = gather([row], hla)
    return [...caveats, ...candidates.flatMap(one => one.caveats)].map(one => one.code)
  }
  const open = answers(withId(TP53).minigene_id)
  expect(codes([], open)).toEqual(expect.arrayContaining(['patients-hla-not-given', 'restriction-unknown', 'expression-unknown']))
  const known = codes(['HLA-A*02:01' as HlaAllele], { ...open, presenter_hla: 'A*02:01' })
  expect(known).not.toEqual(expect.arrayContaining(['patients-hla-not-given']))
  expect(known).not.toEqual(expect.arrayContaining(['restriction-unknown']))
  // nothing is said of those that nothing is known of
  expect(codes(['HLA-A*02:01' as HlaAllele], { ...open, call: 'negative' })).not.toContain('expression-unknown')
})

test('a receptor of which one vector is refused, or that is refused beside another in one insert, cannot be built', () => {
  const statusOf = (constructs: readonly Record<string, string>[]) =>
    gatherCandidates({
      receptors: [{ receptor_id: 'R1', clonotype_id: 'CT-1' }],
      screen: [],
      neoantigens: [],
      minigenes: [],
      deconvolution: [],
      safety: undefined,
      constructs,
      hla: [],
      hlaLoss: undefined,
    }).candidates[0]!.constructStatus
  const row = (receptor_id: string, status: string) => ({ receptor_id, status })
  expect(statusOf([row('R1', 'ready'), row('R1', 'ready')])).toBe('ready')
  expect(statusOf([row('R1', 'ready'), row('R1', 'refused')])).toBe('refused')
  expect(statusOf([row('R2+R1', 'needs-decision')])).toBe('needs-decision')
  expect(statusOf([row('R11', 'ready')])).toBeUndefined()
})

test('an antigen that no variant made is known by minigenes.tsv alone: a fusion has its name, and what is not known of it is told', () => {
  const fusion = {
    neoantigen_id: 'NEO-F',
    gene: 'EML4-ALK',
    amino_acid_change: 'inframe fusion',
    aa: 'KLTPRTHHHHGGVLISNKILHQPTR',
    best_peptide: 'GVLISNKIL',
  }
  const { candidates } = gatherCandidates({
    receptors: [{ receptor_id: 'R1', clonotype_id: 'CT-1', lineage: 'CD8', clonotype_cells: '3', cells_by_lesion: 'L:3' }],
    screen: [answers(withId(fusion).minigene_id)],
    neoantigens: [],
    minigenes: [withId(fusion)],
    deconvolution: [],
    safety: undefined,
    constructs: undefined,
    hla: [],
    hlaLoss: undefined,
  })
  expect(candidates[0]!.mutation).toBe('EML4-ALK inframe fusion')
  expect(candidates[0]!.caveats.map(({ code }) => code)).toContain('expression-unknown')
})
