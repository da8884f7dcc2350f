// CASE.yaml → a checked case. Every fault names the line and what to write instead. Paths stay as written, relative to the file.
import { z } from 'zod'
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { CODON_OBJECTIVES } from '../bio/index.ts'
import { parseCheckedYaml } from '../format/index.ts'
import { CLASS_I_LENGTHS, CLASS_II_LENGTHS } from '../neoantigen/index.ts'
import { DEFAULT_CELL_LIMITS, SCORING_METHODS, type ScoringMethod } from '../receptor/index.ts'

/** Which members of a case name a file: what reads a case, and what lists its files for checksums, are held to it. */
export const CASE_FILES = z.registry<{ readonly file: true }>()
const path = z.string().min(1).register(CASE_FILES, { file: true })

/** Two whole numbers, least and most. */
const range = ([least, most]: readonly [number, number]) => z.tuple([z.int().min(0), z.int().min(1)]).default([least, most])

/** Keys that say nothing without another one: refused, for they would be left aside. */
const needing =
  (...pairs: readonly (readonly [key: string, other: string])[]) =>
  (value: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const isGiven = (key: string) => value[key] !== undefined && !(Array.isArray(value[key]) && value[key].length === 0)
    for (const [key, other] of pairs)
      if (isGiven(key) && !isGiven(other))
        context.addIssue({ code: 'custom', path: [key], message: `needs ${other}, and would be left aside without it` })
  }

export const CaseSchema = z.strictObject({
  case: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/, 'letters, digits, dot, dash and underscore')
    .describe('Name of the case; printed on every output.'),
  site: z.string().min(1).optional().describe('Site whose people may see the case in the web app; without, every site of the record.'),
  study: z.string().min(1).optional().describe('Study whose people may see the case in the web app; without, every study.'),
  species: z.enum(['human']).default('human').describe('Species of the patient.'),
  synthetic: z.boolean().default(false).describe('True for a made-up patient: every output says so.'),
  hla: z
    .union([
      z.array(z.string().min(1)).min(1),
      z.strictObject({ optitype: path }),
      z.strictObject({ arcashla: path }),
      z.strictObject({ hlahd: path }),
      z.strictObject({ xhla: path }),
      z.strictObject({ seq2hla: path }),
      z.strictObject({ glstring: path }),
    ])
    .describe(
      'HLA alleles, a genotype list string (A*02:01/A*02:09+A*03:01^B*07:02+B*08:01) among them or in a file of its own, or the result file of a typing program.',
    ),
  tumour: z
    .strictObject({
      vcf: z
        .union([path, z.record(z.string().regex(/^[A-Za-z0-9_.-]+$/), path)])
        .describe(
          'Somatic VCF, plain, gzip or bgzip: annotated by VEP with WildtypeProtein and FrameshiftSequence, or any with reference. Several callers: {mutect2: FILE, strelka2: FILE}.',
        ),
      min_callers: z.int().min(1).default(1).describe('Of several VCFs, keep variants that this many callers pass.'),
      reference: z
        .string()
        .min(1)
        .optional()
        .describe('Genome made by `cognate reference add genome`: consequences are worked out with it instead of read from CSQ.'),
      phased: path.optional().describe('Phased VCF of the same patient: neighbours on the same haplotype are applied. Needs reference.'),
      sample: z.string().min(1).optional().describe('Tumour sample in the VCF.'),
      normal: z.string().min(1).optional().describe('Normal sample in the VCF.'),
      all_filters: z.boolean().default(false).describe('Keep records whose FILTER is not PASS.'),
      expression: z
        .union([
          z.strictObject({ salmon: path }),
          z.strictObject({ kallisto: path }),
          z.strictObject({ rsem: path }),
          z.strictObject({ stringtie: path }),
          z.strictObject({
            tsv: path,
            id: z.string().min(1).optional().describe('Column of gene or transcript ids, where it is not gene or transcript.'),
            value: z.string().min(1).optional().describe('Column of TPM, where it is not tpm.'),
          }),
        ])
        .optional()
        .describe('Expression table; without it the GX and TX fields of the VCF are used.'),
      rna_alignment: path.optional().describe("BAM of the tumour's RNA, indexed: RNA reads of each variant are counted in it."),
      hla_loss: path
        .optional()
        .describe('TSV of allele with lost (true, false) or status (lost, kept, unknown), lesion, evidence; or the table of LOHHLA.'),
      purity: z
        .number()
        .gt(0)
        .max(1)
        .optional()
        .describe('Share of tumour cells in the sample, 0-1; with copy_number it gives cancer cell fractions.'),
      copy_number: path
        .optional()
        .describe('Segments of ASCAT, FACETS, Sequenza or PURPLE, or a TSV with chrom, start, end, total, minor.'),
      sex: z.enum(['female', 'male']).optional().describe('Of the patient: X and Y are single in the normal cells of a man.'),
      fusions: path.optional().describe("Arriba's fusions.tsv, or AGFusion's output folder."),
      star_fusion: path.optional().describe("STAR-Fusion's abridged table, for read counts and FFPM."),
      junctions: path
        .optional()
        .describe('Table of regtools cis-splice-effects identify: new splice junctions become peptides. Needs reference.'),
      antigens: path
        .optional()
        .describe('Antigens that no variant explains: FASTA, TSV with sequence, perhaps id, gene and wild_type, or a peptide a line.'),
      hotspots: path.optional().describe('Known hotspots and drivers, TSV with gene, change and source: flagged, not ranked by.'),
      proteome: path.optional().describe('FASTA of the human proteome for the match against self.'),
    })
    .superRefine(
      needing(
        ['phased', 'reference'],
        ['junctions', 'reference'],
        ['star_fusion', 'fusions'],
        ['purity', 'copy_number'],
        ['copy_number', 'purity'],
      ),
    )
    .describe('The tumour.'),
  neoantigens: z
    .strictObject({
      lengths: z
        .array(z.int().min(8).max(14))
        .min(1)
        .default([...CLASS_I_LENGTHS])
        .describe('Lengths of class I peptides.'),
      class2_lengths: z
        .array(z.int().min(12).max(25))
        .min(1)
        .default([...CLASS_II_LENGTHS])
        .describe('Lengths of class II peptides.'),
      all_peptides: z.boolean().default(false).describe('Also write peptides.tsv: every mutated peptide on every allele.'),
      tier_criteria: path.optional().describe('YAML of thresholds of the tiers, under the option names of pVACseq.'),
    })
    .prefault({})
    .describe('How peptides are searched and tiered.'),
  til: z
    .array(
      z.strictObject({
        lesion: z
          .string()
          .regex(/^[A-Za-z0-9._-]+$/)
          .describe('Name of the lesion.'),
        contigs: path.describe('Contigs: 10x CSV or JSON, AIRR Rearrangement TSV, BD Rhapsody, TRUST4, MiXCR or Parse.'),
        matrix: path.optional().describe('10x HDF5 file, folder with matrix.mtx, features and barcodes, or AnnData h5ad.'),
        hashtag: z
          .string()
          .min(1)
          .optional()
          .describe('Feature that marks the cells of this lesion in a run of several lesions: they share contigs and matrix.'),
        airr_cells: path.optional().describe('AIRR Cell JSON, where the rearrangements do not name their cell.'),
        barcode_prefix: z
          .string()
          .min(1)
          .optional()
          .describe('What the matrix writes before each barcode of the contig file, such as P17B_.'),
      }),
    )
    .default([])
    .describe('T cells from the tumour, one entry per lesion.'),
  receptors: z
    .strictObject({
      known: z
        .array(path)
        .default([])
        .describe('Receptors of known specificity: VDJdb, McPAS, IEDB or CEDAR. They flag, and take nothing away.'),
      v_loops: z
        .array(path)
        .default([])
        .describe(
          'Loops of V genes, so that distances are of whole chains: database of TCRdock or tcrdist3, or IMGT’s gapped V-REGION FASTA.',
        ),
      method: z
        .enum(Object.keys(SCORING_METHODS) as ScoringMethod[])
        .default('ucell')
        .describe('How gene sets are scored.'),
      signatures: z
        .array(path)
        .default([])
        .describe('Gene sets of your own, scored beside the shipped ones: TSV signature, gene, lineage, direction, source; or GMT.'),
      mana3: z.boolean().default(false).describe('Rank clones by the three-gene model of tumour-antigen-specific cells as well.'),
      cell_limits: z
        .union([
          z.literal('none'),
          z.strictObject({
            genes: range(DEFAULT_CELL_LIMITS.genes),
            counts: range(DEFAULT_CELL_LIMITS.counts),
            mitochondrial_percent: z.number().min(0).max(100).default(DEFAULT_CELL_LIMITS.mitochondrialPercent),
          }),
        ])
        .optional()
        .describe(
          'Cells outside are not scored; without, these defaults for whole transcriptomes and none for panels; none scores every cell.',
        ),
      already_log: z.boolean().default(false).describe('An h5ad without counts holds their logarithms: they are taken back.'),
      genome: z.string().min(1).optional().describe('Of a matrix of Cell Ranger 2 that holds several.'),
      primary_only: z.boolean().default(false).describe('The commonest pair of chains of a clonotype alone.'),
      candidates: z.int().min(1).max(10_000).default(40).describe('Receptors on the shortlist.'),
    })
    .superRefine(needing(['v_loops', 'known']))
    .prefault({})
    .describe('How receptors are found and ranked.'),
  screen_design: z
    .union([
      z.literal('none'),
      z.strictObject({
        effectors: z
          .array(z.string().min(1))
          .min(1)
          .optional()
          .describe('T cells or receptors to test; without, the shortlisted receptors.'),
        top: z.int().min(1).default(150).describe('Best-ranked neoantigens to screen.'),
        per_construct: z.int().min(1).max(24).default(12).describe('Minigenes in a construct.'),
        wild_types: z.boolean().default(false).describe('Also a wild-type twin of each construct.'),
        replicates: z.int().min(1).default(3).describe('Wells of each effector and construct.'),
        negatives: z.int().min(1).default(6).describe('Wells without antigen, per effector and plate.'),
        plate: z
          .union([z.literal(24), z.literal(96), z.literal(384)])
          .default(96)
          .describe('Wells of a plate.'),
        cells: z.int().min(1).default(20_000).describe('T cells in a well.'),
        pool_size: z.int().min(0).default(10).describe('Peptides in a pool; 0 makes no pools.'),
        coverage: z.int().min(1).default(3).describe('Pools that each peptide stands in.'),
      }),
    ])
    .prefault({})
    .describe('The plates that would test the shortlist, made until screens were read; none makes no plates.'),
  screens: z
    .array(
      z.strictObject({
        plate: path.describe('Readout: CSV with plate, well, value, or blocks of 8 × 12.'),
        map: path.describe('plate-map.csv: what stands in each well; effectors are receptor ids.'),
        unit: z.enum(['spots', 'percent', 'pg/mL']).default('spots'),
        rule: z.enum(['dfr-2x', 'dfr-eq', 'empirical']).default('dfr-2x'),
      }),
    )
    .default([])
    .describe('Plates that tested receptors against neoantigens.'),
  minigenes: path.optional().describe('minigenes.tsv of `screen design`: which mutation stands in which construct of the plates.'),
  safety: z
    .union([
      path,
      z.strictObject({
        tissues: path.optional().describe('Expression by tissue, one row a gene, as the Human Protein Atlas publishes it.'),
        mismatches: z.int().min(0).max(4).default(3).describe('Words within this many mismatches are listed.'),
        top: z.int().min(1).default(200).describe('And this many of the best by likeness.'),
      }),
    ])
    .optional()
    .describe(
      'safety.tsv: off-target words of the receptors, with the column tested; or how to scan the proteome for those that answered (needs tumour.proteome).',
    ),
  product: z
    .strictObject({
      type: z.enum(['tcr', 'til']).default('tcr').describe('til: the cells are infused as they grew, so no construct is made.'),
      vector: path.optional().describe('Backbone, GenBank or SnapGene: inserts get its arms, and plasmids.gb is written. Needs cut.'),
      cut: z
        .string()
        .min(1)
        .optional()
        .describe('Where the insert goes: EcoRI/NotI, BsmBI (Golden Gate), or bases such as 1201-1260 (flanks).'),
      overlap: z.int().min(15).max(60).default(30).describe('Bases of the vector at each end of the ordered DNA, with bases as cut.'),
      constant: z.string().default('murine-cys-lvl'),
      constant_set: path.optional().describe('YAML of a constant set of your own, used instead.'),
      linker: z.string().default('furin-SGSG-P2A'),
      linker_file: path.optional().describe('YAML of a linker of your own, used instead.'),
      contigs: z
        .array(path)
        .default([])
        .describe('FASTA or AIRR tables of the contigs that receptors name: their bases win over germline.'),
      germline_bases: path
        .optional()
        .describe(
          'Bases of those contigs that are taken back to germline, TSV: receptor_id, locus, difference (V 123 A>G), person, reason.',
        ),
      germline: z.string().min(1).optional().describe('Germline imported with `cognate reference add`, instead of the open set.'),
      gene_names: path.optional().describe('Older names of genes, as VDJdb’s table has them.'),
      payload: path.optional().describe('YAML of named parts made behind the last chain.'),
      tags: z
        .array(z.string().min(1))
        .default([])
        .describe('Residues to add, with their place: Myc@beta-C, HA@alpha-N, NAME=RESIDUES@alpha-C.'),
      barcode: z.int().min(0).max(24).default(0).describe('Bases of a barcode behind the stop codon; 0 for none.'),
      kozak: z
        .string()
        .regex(/^[ACGT]*$/)
        .default('GCCGCCACC')
        .describe('Bases before the start codon.'),
      stop: z.enum(['TAA', 'TGA', 'TAG', 'TAATGA']).default('TAA').describe('Stop codon, or two.'),
      order: z.enum(['beta-alpha', 'alpha-beta']).default('beta-alpha'),
      layout: z
        .enum(['together', 'separate', 'multi'])
        .default('together')
        .describe('Both chains in one insert, a vector each, or two receptors in one insert.'),
      preset: z.string().default('generic-strict').describe('Sequence limits: a shipped name, or a JSON file of the same form.'),
      lock_junction: z.boolean().default(false),
      codons: z
        .enum(CODON_OBJECTIVES)
        .default('best')
        .describe('The most frequent synonym wherever the limits allow it, or every synonym as often as the species uses it.'),
      preferred_alleles: path
        .optional()
        .describe('Alleles that are built where a receptor names none: stitchr’s table (Gene, Allele, Region).'),
      allele_fallback: z
        .boolean()
        .default(false)
        .describe('Another allele stands in for a named one that the germline has not, with a caveat; else the receptor is refused.'),
      receptors: z
        .int()
        .min(1)
        .max(1000)
        .default(5)
        .describe('Receptors to build: of the selection where screens are given, else by rank.'),
      overrides: path.optional().describe('Gates let through by a named person: TSV receptor_id, gate, person, reason.'),
    })
    .superRefine(needing(['germline_bases', 'contigs']))
    .refine(product => (product.vector === undefined) === (product.cut === undefined), 'vector and cut belong together')
    .prefault({})
    .describe('What is to be built.'),
  seed: z.string().default('cognate'),
})

export type CaseFile = z.infer<typeof CaseSchema>

/** Errors: `case-yaml` (not YAML), `case-key` (unknown key, with the nearest), `case-value` (key, what was expected). */
export function parseCase(text: string): Result<CaseFile, Issue> {
  const parsed = parseCheckedYaml(text, { name: 'case', schema: CaseSchema })
  return parsed.ok ? checkLesions(parsed.value) : parsed
}

function checkLesions(file: CaseFile): Result<CaseFile, Issue> {
  const names = file.til.map(entry => entry.lesion)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  return twice === undefined ? ok(file) : fail(issue('case-value', `lesion ${twice} is named twice`, 'give each lesion its own name'))
}

/** The schema that an editor completes and checks with. */
export const caseJsonSchema = (): unknown => z.toJSONSchema(CaseSchema, { io: 'input' })
