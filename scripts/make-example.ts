// Makes examples/crc-001: a synthetic colorectal patient. Seeded: the same bytes every time. Run: npm run example (needs COGNATE_DATA for wild-type proteins).
// Real: the hotspot mutations, the published receptors, wild-type proteins (Ensembl 105), germline segments, signature genes. Everything else is drawn by chance.
// Whole: one story from gene to patient, read from top to bottom.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Random, seededRandom } from '@cognate/core/base'
import { codonsOf, type GermlineJ, type GermlineV, translate } from '@cognate/core/bio'
import { type ChainInput, reconstructChain } from '@cognate/core/construct'
import { formatCsv, formatTsv, parseFasta } from '@cognate/core/format'
import h5 from 'h5wasm/node'
import { shippedCodonUsage, shippedGermline, shippedSignatures } from '../packages/node/src/read/shipped.ts'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const folder = join(root, 'examples/crc-001')
const random = seededRandom('crc-001')
const gzip = (text: string) => gzipSync(text, { level: 9 })

interface Protein {
  readonly transcript: string
  readonly protein: string
  readonly gene: string
  readonly sequence: string
}

/** KRAS4B, UniProt P01116-2; not among the staged proteins. */
const KRAS: Protein = {
  transcript: 'ENST00000311936.8',
  protein: 'ENSP00000308495.3',
  gene: 'KRAS',
  sequence:
    'MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPTIEDSYRKQVVIDGETCLLDILDTAGQEEYSAMRDQYMRTGEGFLCVFAINNTKSFEDIHHYREQIKRVKDSEDVPMVLVGNKCDLPSRTVDTKQAQDLARSYGIPFIETSAKTRQGVDDAFYTLVREIRKHKEKMSKDGKKKKKKSKTKCVIM',
}

/**
 * Hotspots at their GRCh38 place. Frequencies and references: KRAS G12D and TP53 R175H are among the commonest mutations of colorectal cancer
 * (The Cancer Genome Atlas Network 2012, doi:10.1038/nature11252).
 */
const HOTSPOTS = [
  {
    gene: 'KRAS',
    chromosome: 'chr12',
    position: 25245350,
    ref: 'C',
    alt: 'T',
    residue: 12,
    from: 'G',
    to: 'D',
    codons: 'gGt/gAt',
    hgvsc: 'c.35G>A',
    vaf: 0.41,
    tpm: 38,
    rnaVaf: 0.45,
  },
  {
    gene: 'TP53',
    chromosome: 'chr17',
    position: 7675088,
    ref: 'C',
    alt: 'T',
    residue: 175,
    from: 'R',
    to: 'H',
    codons: 'cGc/cAc',
    hgvsc: 'c.524G>A',
    vaf: 0.55,
    tpm: 61,
    rnaVaf: 0.62,
  },
]

/** Receptors published for these mutations; junction residues and genes are facts of the papers named. */
const PUBLISHED = [
  {
    name: 'KRAS G12D, HLA-C*08:02',
    pmid: '27959684',
    lineage: 'CD8',
    cells: [26, 9],
    alpha: ['TRAV4*01', 'TRAJ15*01', 'CLVGDMDQAGTALIF'],
    beta: ['TRBV5-6*01', 'TRBJ1-2*01', 'CASSLGQTNYGYTF'],
  },
  {
    name: 'KRAS G12D, HLA-C*08:02',
    pmid: '32461371',
    lineage: 'CD8',
    cells: [12, 0],
    alpha: ['TRAV12-2*01', 'TRAJ12*01', 'CAAAMDSSYKLIF'],
    beta: ['TRBV10-2*01', 'TRBJ1-1*01', 'CASSDPGTEAFF'],
  },
  {
    name: 'TP53 R175H, HLA-A*02:01',
    pmid: '30709841',
    lineage: 'CD8',
    cells: [8, 15],
    alpha: ['TRAV38-1*01', 'TRAJ28*01', 'CAFMGYSGAGSYQLTF'],
    beta: ['TRBV10-3*01', 'TRBJ1-6*01', 'CAISELVTGDSPLHF'],
  },
  {
    name: 'TP53 R175H, HLA-A*02:01',
    pmid: '30709841',
    lineage: 'CD8',
    cells: [3, 10],
    alpha: ['TRAV6*01', 'TRAJ43*01', 'CALDIYPHDMRF'],
    beta: ['TRBV11-2*01', 'TRBJ2-2*01', 'CASSLDPGDTGELFF'],
  },
] as const

const LESIONS = ['liver-1', 'lung-2'] as const

const CSQ = [
  'Allele',
  'Consequence',
  'SYMBOL',
  'Gene',
  'Feature',
  'BIOTYPE',
  'HGVSc',
  'HGVSp',
  'Protein_position',
  'Amino_acids',
  'Codons',
  'FLAGS',
  'CANONICAL',
  'MANE_SELECT',
  'TSL',
  'ENSP',
  'FrameshiftSequence',
  'WildtypeProtein',
]

function readProteins(): readonly Protein[] {
  const data = resolve(root, process.env.COGNATE_DATA ?? '../shared/data')
  const records = parseFasta(gunzipSync(readFileSync(join(data, 'reference/hcc1395_vep105_wildtype_proteins.fasta.gz'))).toString())
  if (!records.ok) throw new Error(records.issue.what)
  const byGene = new Map<string, Protein>()
  for (const { id, description, sequence } of records.value) {
    const transcript = /transcript:(\S+)/.exec(description)?.[1] ?? ''
    const gene = /gene_symbol:(\S+)/.exec(description)?.[1] ?? ''
    const usable = /^M[ACDEFGHIKLMNPQRSTVWY]+$/.test(sequence) && sequence.length >= 150 && sequence.length <= 700
    // one transcript a gene; of TP53 the canonical one
    if (usable && gene !== '' && (!byGene.has(gene) || transcript.startsWith('ENST00000269305')))
      byGene.set(gene, { transcript, protein: id, gene, sequence })
  }
  return [...byGene.values()].sort((a, b) => (a.gene < b.gene ? -1 : 1))
}

const pick = <T>(items: readonly T[], by: Random = random): T => items[by.below(items.length)]!
const poisson = (mean: number): number => {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()))
  let n = 0
  for (let p = random.unit(); p > Math.exp(-mean); p *= random.unit()) n++
  return n
}

interface VcfLine {
  readonly chromosome: string
  readonly position: number
  readonly text: string
}

function sampleFields(vaf: number, rna: { readonly vaf: number; readonly depth: number } | undefined): string {
  const depth = 90 + random.below(160)
  const alt = Math.round(depth * vaf)
  const normal = 60 + random.below(80)
  const rnaText =
    rna === undefined
      ? '0:0,0:.'
      : `${rna.depth}:${rna.depth - Math.round(rna.depth * rna.vaf)},${Math.round(rna.depth * rna.vaf)}:${rna.depth === 0 ? '.' : (Math.round(rna.depth * rna.vaf) / rna.depth).toFixed(4)}`
  return `GT:AD:AF:DP:RDP:RAD:RAF\t0/0:${normal},0:0:${normal}:.:.:.\t0/1:${depth - alt},${alt}:${(alt / depth).toFixed(4)}:${depth}:${rnaText}`
}

function vcfLine(
  place: { chromosome: string; position: number; ref: string; alt: string; filter?: string },
  entry: Readonly<Record<string, string>>,
  fields: string,
): VcfLine {
  const csq = CSQ.map(name => entry[name] ?? '').join('|')
  return {
    chromosome: place.chromosome,
    position: place.position,
    text: `${place.chromosome}\t${place.position}\t.\t${place.ref}\t${place.alt}\t.\t${place.filter ?? 'PASS'}\tCSQ=${csq}\t${fields}`,
  }
}

const entryOf = (protein: Protein, more: Readonly<Record<string, string>>): Record<string, string> => ({
  SYMBOL: protein.gene,
  Gene: `ENSG-${protein.gene}`,
  Feature: protein.transcript,
  BIOTYPE: 'protein_coding',
  CANONICAL: 'YES',
  MANE_SELECT: 'NM',
  TSL: '1',
  ENSP: protein.protein,
  WildtypeProtein: protein.sequence,
  ...more,
})

const CHROMOSOMES = Array.from({ length: 22 }, (_, i) => `chr${i + 1}`)
const place = (length: number) => {
  const bases = Array.from({ length }, () => pick(['A', 'C', 'G', 'T'])).join('')
  return { chromosome: pick(CHROMOSOMES), position: 1_000_000 + random.below(100_000_000), bases }
}

function makeVariants(proteins: readonly Protein[]): { vcf: string; quant: string } {
  const lines: VcfLine[] = []
  const tpm = new Map<string, number>()
  const all = new Map([...proteins, KRAS].map(protein => [protein.gene, protein]))
  for (const spot of HOTSPOTS) {
    const protein = all.get(spot.gene)!
    if (protein.sequence[spot.residue - 1] !== spot.from) throw new Error(`${spot.gene} has another residue at ${spot.residue}`)
    tpm.set(spot.gene, spot.tpm)
    const more = {
      Allele: spot.alt,
      Consequence: 'missense_variant',
      HGVSc: `${protein.transcript}:${spot.hgvsc}`,
      Protein_position: String(spot.residue),
      Amino_acids: `${spot.from}/${spot.to}`,
      Codons: spot.codons,
    }
    lines.push(vcfLine(spot, entryOf(protein, more), sampleFields(spot.vaf, { vaf: spot.rnaVaf, depth: 180 })))
  }
  const genes = proteins.filter(protein => !HOTSPOTS.some(spot => spot.gene === protein.gene))
  const passenger = () => {
    const protein = genes.splice(random.below(genes.length), 1)[0]!
    const expressed = random.unit() < 0.7
    tpm.set(protein.gene, expressed ? Number((2 ** (1 + 6 * random.unit())).toFixed(2)) : 0)
    return {
      protein,
      clonal: random.unit() < 0.7,
      rna: expressed ? { vaf: 0.25 + 0.3 * random.unit(), depth: 10 + random.below(120) } : undefined,
    }
  }
  for (let i = 0; i < 64; i++) {
    const { protein, clonal, rna } = passenger()
    const residue = 20 + random.below(protein.sequence.length - 40)
    const from = protein.sequence[residue - 1]!
    const choices = neighbours(from)
    const [codon, changed] = pick(choices)
    const at = place(1)
    const base = [...codon].findIndex((letter, k) => letter !== changed[k])
    const to = translate(changed)
    const more = {
      Allele: changed[base]!,
      Consequence: 'missense_variant',
      Protein_position: String(residue),
      Amino_acids: `${from}/${to}`,
      Codons: `${codon}/${changed}`,
    }
    lines.push(
      vcfLine(
        { ...at, ref: codon[base]!, alt: changed[base]! },
        entryOf(protein, more),
        sampleFields(clonal ? 0.32 + 0.16 * random.unit() : 0.05 + 0.08 * random.unit(), rna),
      ),
    )
  }
  for (let i = 0; i < 4; i++) lines.push(frameshift(passenger()))
  for (let i = 0; i < 2; i++) lines.push(inframeDeletion(passenger()))
  for (let i = 0; i < 40; i++) {
    const { protein } = passenger()
    const at = place(1)
    const [ref, alt] = pick([
      ['C', 'T'],
      ['G', 'A'],
      ['A', 'G'],
      ['C', 'A'],
    ])
    const consequence = pick(['synonymous_variant', 'intron_variant', '3_prime_UTR_variant', 'stop_gained', 'upstream_gene_variant'])
    lines.push(
      vcfLine(
        { ...at, ref: ref!, alt: alt!, filter: random.unit() < 0.4 ? 'weak_evidence' : 'PASS' },
        entryOf(protein, { Allele: alt!, Consequence: consequence, WildtypeProtein: '' }),
        sampleFields(0.2 + 0.2 * random.unit(), undefined),
      ),
    )
  }
  lines.sort((a, b) => Number(a.chromosome.slice(3)) - Number(b.chromosome.slice(3)) || a.position - b.position)
  const header = [
    '##fileformat=VCFv4.2',
    '##source=synthetic patient of scripts/make-example.ts; only KRAS G12D and TP53 R175H stand at their real place',
    '##VEP="v105" assembly="GRCh38.p13"',
    '##FILTER=<ID=weak_evidence,Description="Not called with confidence">',
    `##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: ${CSQ.join('|')}">`,
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Allelic depths">',
    '##FORMAT=<ID=AF,Number=A,Type=Float,Description="Allele fraction">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
    '##FORMAT=<ID=RDP,Number=1,Type=Integer,Description="RNA depth">',
    '##FORMAT=<ID=RAD,Number=R,Type=Integer,Description="RNA allelic depths">',
    '##FORMAT=<ID=RAF,Number=A,Type=Float,Description="RNA allele fraction">',
    '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tNORMAL_DNA\tTUMOR_DNA',
  ]
  const quant = formatTsv(
    ['Name', 'Length', 'EffectiveLength', 'TPM', 'NumReads'],
    [...tpm].map(([gene, value]) => {
      const protein = all.get(gene)!
      return [
        `${protein.transcript}|ENSG-${gene}|${gene}|`,
        protein.sequence.length * 3 + 600,
        protein.sequence.length * 3 + 400,
        value,
        Math.round(value * 40),
      ]
    }),
  )
  return { vcf: `${[...header, ...lines.map(line => line.text)].join('\n')}\n`, quant }
}

/** Codon pairs one base apart that change the residue into another (no stop). */
function neighbours(residue: string): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = []
  for (const codon of codonsOf(residue)) {
    for (let k = 0; k < 3; k++) {
      for (const base of 'ACGT') {
        const changed = codon.slice(0, k) + base + codon.slice(k + 1)
        const to = translate(changed)
        if (to !== residue && to !== '*') pairs.push([codon, changed])
      }
    }
  }
  return pairs
}

type Passenger = { protein: Protein; clonal: boolean; rna: { vaf: number; depth: number } | undefined }

function frameshift({ protein, clonal, rna }: Passenger): VcfLine {
  const residue = 30 + random.below(protein.sequence.length - 60)
  const tail = Array.from({ length: 8 + random.below(30) }, () => pick([...'ACDEFGHIKLMNPQRSTVWY'])).join('')
  const at = place(2)
  const from = protein.sequence[residue - 1]!
  const more = {
    Allele: '-',
    Consequence: 'frameshift_variant',
    Protein_position: String(residue),
    Amino_acids: `${from}/X`,
    Codons: 'aaC/aa',
    FrameshiftSequence: protein.sequence.slice(0, residue - 1) + tail,
  }
  return vcfLine({ ...at, ref: at.bases, alt: at.bases[0]! }, entryOf(protein, more), sampleFields(clonal ? 0.38 : 0.1, rna))
}

function inframeDeletion({ protein, clonal, rna }: Passenger): VcfLine {
  const residue = 30 + random.below(protein.sequence.length - 60)
  const at = place(4)
  const more = {
    Allele: '-',
    Consequence: 'inframe_deletion',
    Protein_position: String(residue),
    Amino_acids: `${protein.sequence[residue - 1]}/-`,
    Codons: `${codonsOf(protein.sequence[residue - 1]!)[0]}/-`,
  }
  return vcfLine({ ...at, ref: at.bases, alt: at.bases[0]! }, entryOf(protein, more), sampleFields(clonal ? 0.4 : 0.1, rna))
}

// ---------------------------------------------------------------- T cells

interface Clone {
  readonly alpha: ChainInput
  readonly beta: ChainInput
  readonly cells: readonly number[]
  readonly kind: 'reactive' | 'bystander' | 'mait'
  readonly lineage: 'CD8' | 'CD4'
}

const germline = shippedGermline('human')
const usage = shippedCodonUsage('human')
const usable = [...germline.byGene.values()].flat()
const functionalV = (locus: string) =>
  usable.filter(
    (s): s is GermlineV =>
      s.region === 'V' &&
      s.gene.startsWith(locus) &&
      s.cys104 !== undefined &&
      s.leader !== '' &&
      !s.gene.includes('/') &&
      !translate(s.sequence.slice(0, s.cys104)).includes('*'),
  )
const functionalJ = (locus: string) =>
  usable.filter(
    (s): s is GermlineJ =>
      s.region === 'J' &&
      s.gene.startsWith(locus) &&
      s.j118 !== undefined &&
      !/P$/.test(s.gene) &&
      !translate(s.sequence.slice(s.j118 % 3)).includes('*'),
  )
const GENES = { TRA: { v: functionalV('TRAV'), j: functionalJ('TRAJ') }, TRB: { v: functionalV('TRBV'), j: functionalJ('TRBJ') } }

function randomChain(locus: 'TRA' | 'TRB', vGene?: string, jGene?: string): ChainInput {
  for (;;) {
    const v = vGene === undefined ? pick(GENES[locus].v) : GENES[locus].v.find(s => s.gene === vGene)!
    const j = jGene === undefined ? pick(GENES[locus].j) : GENES[locus].j.find(s => s.gene === jGene)!
    const start = v.sequence.slice(v.cys104, v.sequence.length - random.below(6))
    const end = j.sequence.slice(random.below(8), j.j118! + 3)
    const middle = Array.from({ length: 3 + random.below(9) }, () => pick(['A', 'C', 'G', 'T'])).join('')
    const junction = start + middle + end
    const aa = translate(junction)
    if (junction.length % 3 === 0 && !aa.includes('*') && aa.length >= 9 && aa.length <= 20)
      return { locus, vCall: v.gene, jCall: j.gene, junctionNt: junction, junctionAa: aa }
  }
}

function publishedChain(locus: 'TRA' | 'TRB', [vCall, jCall, junctionAa]: readonly [string, string, string]): ChainInput {
  const genes = { vCall: vCall.split('*')[0]!, jCall: jCall.split('*')[0]! }
  const built = reconstructChain({ locus, ...genes, junctionAa, junctionNt: '' }, germline, usage)
  if (!built.ok) throw new Error(`${vCall} ${jCall} ${junctionAa}: ${built.issue.what}`)
  return { locus, ...genes, junctionAa, junctionNt: built.value.junctionNt }
}

function makeClones(): readonly Clone[] {
  const clones: Clone[] = PUBLISHED.map(p => ({
    alpha: publishedChain('TRA', p.alpha),
    beta: publishedChain('TRB', p.beta),
    cells: p.cells,
    kind: 'reactive',
    lineage: p.lineage,
  }))
  for (let i = 0; i < 26; i++) {
    const size = Math.round(3 + 30 * random.unit() ** 3)
    const inLiver = Math.round(size * random.unit())
    clones.push({
      alpha: randomChain('TRA'),
      beta: randomChain('TRB'),
      cells: [inLiver, size - inLiver],
      kind: 'bystander',
      lineage: random.unit() < 0.6 ? 'CD8' : 'CD4',
    })
  }
  for (let i = 0; i < 4; i++)
    clones.push({
      alpha: randomChain('TRA', 'TRAV1-2', 'TRAJ33'),
      beta: randomChain('TRB', 'TRBV20-1'),
      cells: [3 + i, 1],
      kind: 'mait',
      lineage: 'CD8',
    })
  for (let i = 0; i < 420; i++)
    clones.push({
      alpha: randomChain('TRA'),
      beta: randomChain('TRB'),
      cells: i % 2 === 0 ? [1, 0] : [0, 1],
      kind: 'bystander',
      lineage: random.unit() < 0.5 ? 'CD8' : 'CD4',
    })
  return clones
}

const signatures = shippedSignatures()
const NEO8 = new Set(signatures.find(s => s.name === 'NeoTCR8')!.genes)
const NEO4 = new Set(signatures.find(s => s.name === 'NeoTCR4')!.genes)
const MARKERS = ['CD3D', 'CD3E', 'CD8A', 'CD8B', 'CD4', 'IL7R', 'CCR7', 'TRAC', 'TRBC1', 'TRBC2', 'B2M', 'ACTB']
const GENE_NAMES = [...new Set([...MARKERS, ...NEO8, ...NEO4, ...Array.from({ length: 900 }, (_, i) => `BACKGROUND${i + 1}`)])]
const BASE = new Map(GENE_NAMES.map(gene => [gene, MARKERS.includes(gene) ? 1.5 : 0.06 + 0.5 * random.unit() ** 3]))

/** Mean count of a gene in a cell of a clone. */
function meanCount(gene: string, clone: Clone): number {
  const base = BASE.get(gene)!
  if (gene === 'CD8A' || gene === 'CD8B') return clone.lineage === 'CD8' ? 2.5 : 0
  if (gene === 'CD4') return clone.lineage === 'CD4' ? 1.6 : 0
  if (gene === 'IL7R' || gene === 'CCR7') return clone.kind === 'reactive' ? 0.1 : 1.2
  if (clone.kind === 'reactive' && ((clone.lineage === 'CD8' && NEO8.has(gene)) || (clone.lineage === 'CD4' && NEO4.has(gene))))
    return 3 * base + 0.3
  return base
}

const CONTIG_COLUMNS = [
  'barcode',
  'is_cell',
  'contig_id',
  'high_confidence',
  'length',
  'chain',
  'v_gene',
  'd_gene',
  'j_gene',
  'c_gene',
  'full_length',
  'productive',
  'cdr3',
  'cdr3_nt',
  'reads',
  'umis',
  'raw_clonotype_id',
  'raw_consensus_id',
]

async function makeLesion(index: number, clones: readonly Clone[]): Promise<void> {
  const contigs: (string | number)[][] = []
  const barcodes: string[] = []
  const columns: Map<number, number>[] = []
  const used = new Set<string>()
  const barcode = () => {
    for (;;) {
      const text = `${Array.from({ length: 16 }, () => pick(['A', 'C', 'G', 'T'])).join('')}-1`
      if (!used.has(text)) {
        used.add(text)
        return text
      }
    }
  }
  const addContig = (cell: string, chain: ChainInput, n: number) => {
    const umis = 1 + poisson(chain.locus === 'TRA' ? 3 : 7)
    const c = chain.locus === 'TRA' ? 'TRAC' : chain.jCall.startsWith('TRBJ1') ? 'TRBC1' : 'TRBC2'
    contigs.push([
      cell,
      'True',
      `${cell}_contig_${n}`,
      'True',
      520 + random.below(90),
      chain.locus,
      chain.vCall,
      'None',
      chain.jCall,
      c,
      'True',
      'True',
      chain.junctionAa,
      chain.junctionNt,
      umis * (900 + random.below(900)),
      umis,
      'None',
      'None',
    ])
  }
  clones.forEach((clone, k) => {
    for (let i = 0; i < clone.cells[index]!; i++) {
      const cell = barcode()
      const dropAlpha = random.unit() < 0.12
      const dropBeta = !dropAlpha && random.unit() < 0.04
      let n = 0
      if (!dropAlpha) addContig(cell, clone.alpha, ++n)
      if (!dropBeta) addContig(cell, clone.beta, ++n)
      // now and then a second cell's beta in the same droplet
      if (random.unit() < 0.015) addContig(cell, pick(clones.filter((_, other) => other !== k)).beta, ++n)
      if (random.unit() < 0.03)
        contigs.push([
          cell,
          'True',
          `${cell}_contig_${++n}`,
          'True',
          480,
          'TRA',
          clone.alpha.vCall,
          'None',
          'None',
          'TRAC',
          'False',
          'None',
          'None',
          'None',
          300,
          1,
          'None',
          'None',
        ])
      if (random.unit() < 0.03) continue // no expression for this cell
      const depth = Math.exp(0.35 * random.normal())
      const counts = new Map<number, number>()
      GENE_NAMES.forEach((gene, g) => {
        const drawn = poisson(depth * meanCount(gene, clone))
        if (drawn > 0) counts.set(g, drawn)
      })
      barcodes.push(cell)
      columns.push(counts)
    }
  })
  const home = join(folder, LESIONS[index]!)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'filtered_contig_annotations.csv'), formatCsv(CONTIG_COLUMNS, contigs))
  if (index === 0) await writeH5(join(home, 'filtered_feature_bc_matrix.h5'), barcodes, columns)
  else writeMtx(join(home, 'filtered_feature_bc_matrix'), barcodes, columns)
}

function writeMtx(home: string, barcodes: readonly string[], columns: readonly ReadonlyMap<number, number>[]): void {
  mkdirSync(home, { recursive: true })
  const entries = columns.flatMap((counts, c) => [...counts].map(([g, n]) => `${g + 1} ${c + 1} ${n}`))
  writeFileSync(
    join(home, 'matrix.mtx.gz'),
    gzip(
      `%%MatrixMarket matrix coordinate integer general\n%synthetic\n${GENE_NAMES.length} ${barcodes.length} ${entries.length}\n${entries.join('\n')}\n`,
    ),
  )
  writeFileSync(
    join(home, 'features.tsv.gz'),
    gzip(`${GENE_NAMES.map((gene, g) => `SYN${String(g + 1).padStart(5, '0')}\t${gene}\tGene Expression`).join('\n')}\n`),
  )
  writeFileSync(join(home, 'barcodes.tsv.gz'), gzip(`${barcodes.join('\n')}\n`))
}

async function writeH5(path: string, barcodes: readonly string[], columns: readonly ReadonlyMap<number, number>[]): Promise<void> {
  await h5.ready
  const file = new h5.File(path, 'w')
  const indptr = [0]
  const indices: number[] = []
  const data: number[] = []
  for (const counts of columns) {
    for (const [g, n] of counts) {
      indices.push(g)
      data.push(n)
    }
    indptr.push(indices.length)
  }
  const matrix = file.create_group('matrix')
  const put = (group: typeof matrix, name: string, value: Int32Array | string[]) => {
    const compressed = value instanceof Int32Array && value.length > 4096 ? { chunks: [4096], compression: 9 } : {}
    group.create_dataset({ name, data: value, ...compressed })
  }
  put(matrix, 'barcodes', [...barcodes])
  put(matrix, 'data', Int32Array.from(data))
  put(matrix, 'indices', Int32Array.from(indices))
  put(matrix, 'indptr', Int32Array.from(indptr))
  put(matrix, 'shape', Int32Array.from([GENE_NAMES.length, barcodes.length]))
  const features = matrix.create_group('features')
  put(
    features,
    'id',
    GENE_NAMES.map((_, g) => `SYN${String(g + 1).padStart(5, '0')}`),
  )
  put(features, 'name', GENE_NAMES)
  put(
    features,
    'feature_type',
    GENE_NAMES.map(() => 'Gene Expression'),
  )
  put(
    features,
    'genome',
    GENE_NAMES.map(() => 'GRCh38'),
  )
  file.close()
}

mkdirSync(folder, { recursive: true })
const { vcf, quant } = makeVariants(readProteins())
writeFileSync(join(folder, 'somatic.vcf.gz'), gzip(vcf))
writeFileSync(join(folder, 'quant.sf'), quant)
const clones = makeClones()
for (const index of LESIONS.keys()) await makeLesion(index, clones)
writeFileSync(
  join(folder, 'published-receptors.tsv'),
  formatTsv(
    ['receptor', 'pmid', 'tra_v_call', 'tra_j_call', 'tra_junction_aa', 'trb_v_call', 'trb_j_call', 'trb_junction_aa'],
    PUBLISHED.map(p => [p.name, p.pmid, ...p.alpha, ...p.beta]),
  ),
)
