// Shared mutations with a published receptor, by the HLA that presented them. Facts from the papers named (PMID); residues were checked on the protein.
// A receptor found elsewhere never passed this patient's thymus: evidence level 1, alloreactivity to be tested.

export interface SharedMutation {
  readonly gene: string
  readonly change: string
  /** Peptide and its residues in the protein. */
  readonly peptide: string
  readonly residues: string
  readonly hla: readonly string[]
  readonly pmids: readonly string[]
}

const row = (gene: string, change: string, peptide: string, residues: string, hla: string, pmids: string): SharedMutation => ({
  gene,
  change,
  peptide,
  residues,
  hla: hla.split(' '),
  pmids: pmids.split(' '),
})

export const SHARED_MUTATIONS: readonly SharedMutation[] = [
  row('KRAS', 'G12D', 'GADGVGKSAL', '10-19', 'C*08:02', '27959684 31609250 32461371'),
  row('KRAS', 'G12D', 'VVVGADGVGK', '7-16', 'A*11:01', '34168045 26701267'),
  row('KRAS', 'G12V', 'VVGAVGVGK', '8-16', 'A*11:01', '34168045 39846249 34272369 26701267'),
  row('KRAS', 'G12V', 'VVVGAVGVGK', '7-16', 'A*11:01 A*03:01', '34168045 39846249 34272369 26701267'),
  row('KRAS', 'G12V', 'AVGVGKSAL', '11-19', 'C*01:02', '34168045'),
  row('KRAS', 'G12V', 'MTEYKLVVVGAVGVGKSALTIQLI', '1-24', 'DRB1*01:01 DRB1*07:01 DPB1*03:01', '36512410'),
  row('KRAS', 'G12V', 'VVVGAVGVGKSALTIQLIQN', '7-26', 'DRB5*01:01', '36512410'),
  row('KRAS', 'G12V', 'GAVGVGKSAL', '10-19', 'DRB1*11:01', '31043415'),
  row('KRAS', 'G12R', 'GARGVGKSAL', '10-19', 'B*07:02', '34272369'),
  row('KRAS', 'G12R', 'MTEYKLVVVGARGVGKSALTIQLI', '1-24', 'DQB1*03:01 DRB5*01', '34272369 34168045'),
  row('KRAS', 'G13D', 'MTEYKLVVVGAGDVGKSALTIQLI', '1-24', 'DQB1*03:01', '34168045'),
  row('TP53', 'R175H', 'HMTEVVRHC', '168-176', 'A*02:01', '30709841 30714987 32518267 35124005'),
  row('TP53', 'R175H', 'VVRHCPHHERCSDSD', '172-186', 'DRB1*13:01', '30709841 30714987'),
  row('TP53', 'R248W', 'SSCMGGMNWR', '240-249', 'A*68:01', '30714987'),
  row('TP53', 'R248W', 'SCMGGMNWRPILTII', '241-255', 'DPB1*02:01', '30714987'),
  row('TP53', 'Y220C', 'RNTFRHSVVVPCE', '209-221', 'DRB1*04:01', '30714987'),
  row('TP53', 'G245S', 'HYNYMCNSSCMGSMN', '233-247', 'DRB3*02:02', '30714987'),
  row('NRAS', 'Q61K', 'ILDTAGKEEY', '55-64', 'A*01:01', '34651586'),
  row('BRAF', 'V600E', 'GDFGLATEKSRWSGS', '593-607', 'DQB1*03:02', '29360643'),
  row('PIK3CA', 'H1047L', 'ALHGGWTTK', '1046-1054', 'A*03:01', 'vdjdb-db-issue-215'),
]
