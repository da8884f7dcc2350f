// What plates say is laid on the neoantigens by the names in the wells: a name that no table has is told, answered ones first, and is never taken for another.
import { expect, test } from 'vitest'
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

const gather = (screen: readonly Record<string, string>[]) =>
  gatherCandidates({
    receptors: [{ receptor_id: 'R1', clonotype_id: 'CT-1', lineage: 'CD8', clonotype_cells: '3', cells_by_lesion: 'L:3' }],
    screen,
    neoantigens: [KRAS, TP53].map(({ aa: _, ...row }) => row),
    minigenes: [KRAS, TP53].map(withId),
    deconvolution: [],
    safety: undefined,
    constructs: undefined,
    hla: ['A*02:01'],
    hlaLoss: undefined,
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
