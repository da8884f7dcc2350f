// Every parser, on random, cut and shuffled input: an issue or a value, never an exception, never a hang.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mangled } from '../../../../test/mangle.ts'
import { parseGermline, parseHlaAllele, parsePreset, parseTyping } from '../bio/index.ts'
import { parseCase, parseTrial } from '../case/index.ts'
import {
  parseDeclarations,
  parseGeneNames,
  parsePreferredAlleles,
  parseReceptorTable,
  parseStitchrReference,
  parseUserChain,
} from '../construct/index.ts'
import { gradeAstct } from '../infusion/index.ts'
import { fhirMappingSchema, fhirResults, hl7MappingSchema, hl7Results } from '../lot/index.ts'
import { parseExpression, parseHlaLoss, parseHotspots, parseListedAntigens, parsePeerTable } from '../neoantigen/index.ts'
import { parseKnownReceptors } from '../receptor/index.ts'
import { assessVisits, readBaselineLesions, readLesions, readReaderCalls } from '../response/index.ts'
import { parsePattern, parseScan, parseTissues } from '../safety/index.ts'
import { parseAceAssignment, parsePlateMap, parsePools, parseReadout } from '../screen/index.ts'
import {
  DEFAULT_VARIANT_OPTIONS,
  parseAgfusion,
  parseArriba,
  parseCopyNumber,
  parseRegtools,
  parseStarFusion,
  VariantCaller,
} from '../variant/index.ts'
import {
  type Dataset,
  formatDatasetJson,
  formatDatasetNdjson,
  formatXpt,
  latin1,
  MatrixMarketReader,
  parseAbif,
  parseAirr,
  parseAirrCells,
  parseBdContigs,
  parseDatasetJson,
  parseDatasetNdjson,
  parseDelimited,
  parseFasta,
  parseFastq,
  parseFhir,
  parseGenbank,
  parseGffLine,
  parseHl7,
  parseImmunoseq,
  parseMixcrClones,
  parseParseCells,
  parseSnapgene,
  parseTenxContigs,
  parseTenxJson,
  parseThimbleHeader,
  parseThimbleLine,
  parseTrust4Cells,
  parseVcfHeader,
  parseVcfRecord,
  parseXpt,
  type Table,
} from './index.ts'

/** Whole pass over a VCF, as the rim does it. */
function vcf(text: string): unknown {
  const lines = text.split('\n')
  const header = parseVcfHeader(lines)
  if (!header.ok) return header
  const caller = VariantCaller.open(header.value, { ...DEFAULT_VARIANT_OPTIONS, allFilters: true })
  if (!caller.ok) return caller
  for (let i = header.value.lines; i < lines.length; i++) {
    const record = parseVcfRecord(lines[i]!, i + 1, header.value)
    if (!record.ok) return record
    const added = caller.value.add(record.value)
    if (!added.ok) return added
  }
  return caller.value.finish()
}

/** Of a comma-separated table. */
const ofTable = (read: (parsed: Table) => unknown) => (text: string) => {
  const parsed = parseDelimited(text, { delimiter: ',' })
  return parsed.ok ? read(parsed.value) : parsed
}

function matrix(text: string): unknown {
  const reader = new MatrixMarketReader()
  const bytes = new TextEncoder().encode(text)
  for (let i = 0; i < bytes.length; i += 7) reader.push(bytes.subarray(i, i + 7))
  return reader.finish()
}

/** A SnapGene file as text, one character a byte. */
function snapgeneSample(): string {
  const packet = (type: number, body: string) => String.fromCharCode(type, 0, 0, body.length >> 8, body.length & 255) + body
  const features =
    '<Features><Feature name="a" type="CDS" directionality="2"><Segment range="3-6"/><Q name="note"><V text="&lt;b&gt;x"/></Q></Feature></Features>'
  const primers = '<Primers><Primer name="p"><BindingSite location="0-3" boundStrand="1"/></Primer></Primers>'
  return packet(9, 'SnapGene\0\x01') + packet(0, '\x01ACGTACGT') + packet(10, features) + packet(5, primers)
}

const bytesOf = (text: string) => Uint8Array.from(text, letter => letter.charCodeAt(0) & 255)

const DATASET: Dataset = {
  name: 'X',
  label: 'sample',
  columns: [
    { itemOID: 'I.A', name: 'A', label: 'a', dataType: 'string' },
    { itemOID: 'I.B', name: 'B', label: 'b', dataType: 'float' },
  ],
  rows: [
    ['x', 1.5],
    ['', null],
  ],
  attributes: { datasetJSONVersion: '1.1.0' },
}

/** A transport file as text, one character a byte. */
function xptSample(): string {
  const bytes = formatXpt(DATASET)
  return bytes.ok ? latin1(bytes.value) : ''
}

const SAMPLES: Readonly<Record<string, { parse: (text: string) => unknown; sample: string }>> = {
  vcf: {
    parse: vcf,
    sample:
      '##fileformat=VCFv4.2\n##INFO=<ID=CSQ,Number=.,Type=String,Description="Format: Allele|Consequence|SYMBOL|Gene|Feature|BIOTYPE|Protein_position|Amino_acids|Codons|WildtypeProtein|FrameshiftSequence">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT\n1\t10\t.\tA\tG\t.\tPASS\tCSQ=G|missense_variant|K|E|T|protein_coding|3|K/R|aaA/aaG|MAKLLLLLLLLLL|\tGT:AD:DP:AF\t0/1:5,5:10:0.5\n2\t20\t.\tAT\tA\t.\tq\tCSQ=-|frameshift_variant|K|E|T|protein_coding|3|K/X|aaA/aa|MAKLLLLLLLLLL|MAWWWW\tGT:AD:DP:AF\t0|1:5,5:10:0.5',
  },
  xpt: { parse: text => parseXpt(bytesOf(text)), sample: xptSample() },
  'dataset-json': { parse: parseDatasetJson, sample: formatDatasetJson(DATASET) },
  'dataset-ndjson': { parse: parseDatasetNdjson, sample: formatDatasetNdjson(DATASET) },
  trial: { parse: parseTrial, sample: "trial: T\ndata_cut: '2023-12-31'\nproduct: CELLS\nconfirmation: {required: true}\n" },
  'user-parts': { parse: parseUserChain, sample: 'name: x\nparts:\n  - {role: leader, name: a, aa: MAL, citation: b}\n' },
  declarations: {
    parse: parseDeclarations,
    sample:
      'construct_id\tlayout\ta_v_call\ta_j_call\ta_junction_aa\tb_v_call\tb_j_call\tb_junction_aa\tconstant_set\tlinker\tpreset\tarms\tuser_parts\nX\tmulti\tA\tB\tCF\tD\tE\tCF\thuman\tP2A;T2A\tnone\t6,8\tx|leader|a|MAL|aa|b\n',
  },
  lesions: {
    parse: text => {
      const table = parseDelimited(text, { delimiter: ',' })
      const tu = parseDelimited(
        'USUBJID,TULNKID,TUORRES,TULOC,VISITNUM,TUDTC\nS,T01,TARGET,LIVER,1,2022-01-01\nS,N1,NEW,LUNG,2,2022-02\n',
        { delimiter: ',' },
      )
      const read = table.ok && tu.ok ? readLesions(tu.value, table.value) : table
      return read.ok && 'sets' in read.value ? { ...read, visits: read.value.sets.map(set => assessVisits(set)) } : read
    },
    sample:
      'USUBJID,TRLNKID,TRGRPID,TRTESTCD,TRSTRESC,TRSTRESU,VISITNUM,VISIT,TRDTC\nS,T01,TARGET,LDIAM,20.5,mm,1,V1,2022-01-01\nS,T01,TARGET,LDIAM,2.1,cm,2,V2,2022-02-01\nS,N1,NEW,TUMSTATE,UNEQUIVOCAL,,2,V2,2022-02-01\n',
  },
  'matrix-market': { parse: matrix, sample: '%%MatrixMarket matrix coordinate integer general\n%x\n3 2 3\n1 1 5\n3 1 2\n2 2 9\n' },
  'tenx-contigs': {
    parse: parseTenxContigs,
    sample:
      'barcode,is_cell,contig_id,chain,v_gene,j_gene,productive,cdr3,cdr3_nt,umis,reads\nA-1,True,A-1_1,TRA,TRAV1,TRAJ1,True,CF,TGTTTT,4,9\n',
  },
  'tenx-json': {
    parse: parseTenxJson,
    sample:
      '[{"barcode":"A-1","contig_name":"A-1_contig_1","annotations":[{"feature":{"chain":"TRB","gene_name":"TRBV18","region_type":"L-REGION+V-REGION"}}],"cdr3":"CF","cdr3_seq":"TGTTTT","umi_count":2}]',
  },
  bd: {
    parse: parseBdContigs,
    sample:
      '## BD\nCell_Index,Chain_Type,Contig_ID,Read_Count,Molecule_Count,V_gene,J_gene,Productive,FR3_Nucleotide,FR3_Translation,CDR3_Nucleotide,CDR3_Translation,FR4_Nucleotide,FR4_Translation\n1,TCR_Beta,1_TRB_1,9,3,TRBV18*01,TRBJ1-1*01,True,TGT,C,GCC,A,TTT,F\n',
  },
  airr: {
    parse: parseAirr,
    sample: 'sequence_id\tv_call\tj_call\tjunction\tproductive\tumi_count\tcell_id\ns\tTRAV1*01\tTRAJ1*01\tTGTTTT\tT\t4\tc\n',
  },
  hl7: {
    parse: text => {
      const read = parseHl7(text)
      const mapping = hl7MappingSchema.parse({ hl7: 'x', subject: { type: 'PI' }, tests: [{ code: 'A', test: 't' }] })
      return read.ok ? { ...read, results: hl7Results(read.value, mapping) } : read
    },
    sample:
      'MSH|^~\\&|L|S|||20260324101500+0100||ORU^R01|M1|P|2.5.1\rPID|1||S1^^^T^PI~9^^^H^MR\rOBR|1|a|b\rOBX|1|SN|A^x^L||<^0.25|u|||||F|||202603240930\rOBX|2|CWE|A||N\\T\\D\\X0D\\^n||||||F|||202603240930\rSPM|1|V1&x\r',
  },
  fhir: {
    parse: text => {
      const read = parseFhir(text)
      const mapping = fhirMappingSchema.parse({ fhir: 'x', subject: {}, tests: [{ code: 'A', test: 't' }] })
      return read.ok ? { ...read, results: fhirResults(read.value, mapping) } : read
    },
    sample:
      '{"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": "urn:x", "resource": {"resourceType": "Patient", "id": "p", "identifier": [{"value": "S1"}]}},\n{"resource": {"resourceType": "Observation", "status": "final", "code": {"coding": [{"code": "A"}]}, "subject": {"reference": "urn:x"}, "specimen": {"reference": "#s"}, "contained": [{"resourceType": "Specimen", "id": "s", "identifier": [{"value": "V1"}]}], "effectiveDateTime": "2026-03-24T09:30:00+01:00", "valueQuantity": {"value": 0.10, "comparator": "<", "unit": "u"}}}]}',
  },
  'airr-cells': { parse: parseAirrCells, sample: '{"Cell": [{"cell_id": "c", "rearrangements": ["s"], "virtual_pairing": false}]}' },
  trust4: {
    parse: parseTrust4Cells,
    sample: '#barcode\tcell_type\tchain1\tchain2\nA-1\tabT\tTRBV2*01,*,TRBJ2-7*01,TRBC2,TGTTTT,CF,12.00,A-1_0,100.00,1\t*\n',
  },
  mixcr: {
    parse: parseMixcrClones,
    sample:
      'cloneId\treadCount\tallVHitsWithScore\tallJHitsWithScore\tnSeqCDR3\taaSeqCDR3\n0\t12\tTRBV2*00(9)\tTRBJ2-7*00(3)\tTGTTTT\tCF\n',
  },
  parse: {
    parse: parseParseCells,
    sample: 'Barcode\tTRA_V\tTRA_J\tTRA_cdr3_nt\tTRA_cdr3_aa\tTRA_read_count\nA\tTRAV1\tTRAJ1\tTGTTTT\tCF\t3\n',
  },
  immunoseq: {
    parse: text => parseImmunoseq(text, gene => gene),
    sample: 'nucleotide\taminoAcid\tcount\tvMaxResolved\tjMaxResolved\tvIndex\tcdr3Length\nAATGTTTT\tCF\t3\tTCRBV02\tTCRBJ02-07\t2\t6\n',
  },
  genbank: {
    parse: parseGenbank,
    sample:
      'LOCUS       x 8 bp DNA linear SYN\nFEATURES             Location/Qualifiers\n     CDS             join(1..3,5..8)\n                     /label="a""b"\nORIGIN\n        1 acgtacgt\n//\n',
  },
  snapgene: { parse: text => parseSnapgene(bytesOf(text), 'x'), sample: snapgeneSample() },
  abif: { parse: text => parseAbif(bytesOf(text)), sample: `ABIF\0e${'\0'.repeat(40)}` },
  preset: {
    parse: parsePreset,
    sample: '{"name":"x","source":"y","dated":"2026-11-24","verified":false,"longestRun":{"A":6},"gcWhole":[0.3,0.6]}',
  },
  fasta: { parse: parseFasta, sample: '>a b\nACGT\n>c\nTTT\n' },
  fastq: { parse: parseFastq, sample: '@a\nACG\n+\nIII\n@b\nTT\n+\nII\n' },
  gff: {
    parse: text => text.split('\n').map((line, i) => parseGffLine(line, i + 1)),
    sample: '1\th\tCDS\t1\t9\t.\t+\t0\tID=a;Parent=b\n1\th\tCDS\t1\t9\t.\t+\t0\tgene_id "g"; tag "x";',
  },
  csv: { parse: text => parseDelimited(text, { delimiter: ',' }), sample: 'a,b\n"1,""2",3\n' },
  tsv: { parse: text => parseDelimited(text, { delimiter: '\t' }), sample: 'a\tb\n1\t2\n' },
  'reader-calls': {
    parse: ofTable(readReaderCalls),
    sample: 'USUBJID,RSTESTCD,RSSTRESC,RSEVAL,VISITNUM,RSDTC\nS,OVRLRESP,PR,INVESTIGATOR,2,2022-01-01\nS,NTRGRESP,NON-CR/NON-PD,,2,2022\n',
  },
  'baseline-lesions': {
    parse: ofTable(readBaselineLesions),
    sample: 'lesion,organ,size_mm,method,slice_mm,irradiated\nT1,LIVER,12.5,CT,7,yes\nN1,LYMPH NODE,15,,,\n',
  },
  astct: {
    parse: ofTable(gradeAstct),
    sample: 'subject,when,temperature_c,fever_treated,hypotension,hypoxia\nS,day 2,38.4,no,none,low-flow\n',
  },
  hotspots: { parse: parseHotspots, sample: 'gene\tchange\tsource\nKRAS\tp.G12D\tx\nTP53\t175\t\n' },
  'listed-antigens': {
    parse: parseListedAntigens,
    sample: 'id\tgene\tsequence\twild_type\nE7\t\tMHGDTPTLHEYML\t\nK\tKRAS\tVVGADGVGK\tVVGAGGVGK\n',
  },
  'antigen-fasta': {
    parse: parseListedAntigens,
    sample: '>WT.1.KRAS.T.missense.12G/D\nVVGAGGVGK\n>MT.1.KRAS.T.missense.12G/D\nVVGADGVGK\n',
  },
  'preferred-alleles': { parse: parsePreferredAlleles, sample: 'Gene\tAllele\tRegion\nTRBV19\t01\tVARIABLE\nTRAC\t01\tCONSTANT\n' },
  'gene-names': { parse: parseGeneNames, sample: '# remark\nTRAV2S3\tTRAV12-1\nTRAV15S1\tTRAV5,TRAV13-2\n' },
  expression: { parse: parseExpression, sample: 'Name\tLength\tTPM\nENST1|ENSG1|X\t5\t2.5\n' },
  'hla-loss': { parse: parseHlaLoss, sample: 'allele\tlost\tevidence\nA*02:01\ttrue\tx\n' },
  'hla-name': { parse: parseHlaAllele, sample: 'HLA-DPA10103-DPB10401' },
  optitype: {
    parse: text => parseTyping('optitype', text),
    sample: '\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n0\tA*01:01\tA*02:01\tB*07:02\tB*08:01\tC*07:01\tC*07:02\t9\t9\n',
  },
  arcashla: { parse: text => parseTyping('arcashla', text), sample: '{"A": ["A*01:01:01"]}' },
  seq2hla: {
    parse: text => parseTyping('seq2hla', text),
    sample: '#Locus\tAllele 1\tConfidence\tAllele 2\tConfidence\nA\tA*02:01\t0\tA*24:02\t0\n',
  },
  hlahd: { parse: text => parseTyping('hlahd', text), sample: 'A\tHLA-A*01:01:01\t-\nB\tNot typed\tNot typed\n' },
  germline: {
    parse: parseGermline,
    sample: 'region\tgene\tallele\trecord\tleader\tsequence\tcys23\ttrp41\tcys104\tj118\nJ\tTRAJ1\t01\tr\t\tACGT\t\t\t\t1\n',
  },
  thimble: {
    parse: text => [parseThimbleHeader(text.split('\n')[0]!), parseThimbleLine(text, 2)],
    sample: 'G1\tTRAV1\tTRAJ1\tCAF\tTRBV1\tTRBJ1\tCAF',
  },
  'stitchr-reference': {
    parse: text => parseStitchrReference([{ text }], 'C gene\tExons\tStart motif\tStop codon motif\n'),
    sample: '>X|TRAV1*01|Homo sapiens|F|V|1|2|3|4|5|6|7|8|9|~VARIABLE\nacgt\n',
  },
  receptors: {
    parse: parseReceptorTable,
    sample: 'receptor_id\ttra_v_call\ttra_j_call\ttra_junction_aa\ttrb_v_call\ttrb_j_call\ttrb_junction_aa\nR\ta\tb\tc\td\te\tf\n',
  },
  'plate-map': {
    parse: parsePlateMap,
    sample:
      'plate\twell\tkind\teffector\tantigen\treplicate\tdose_molar\nP\tA1\ttest\tTCR-1\tPOOL-1\t1\t1e-6\nP\tA2\tnegative\tTCR-1\t\t1\t\n',
  },
  readout: { parse: text => parseReadout(text), sample: 'Plate P\n\t1\t2\t3\nA\t5\t>600\t-\nB\t0\tTNTC\t7\n' },
  'ace-assignment': { parse: parseAceAssignment, sample: 'peptide_id,peptide_sequence,plate_id,well_id,coverage_id\np,ARM,1,A1,1\n' },
  pools: { parse: parsePools, sample: 'pool\treplicate\tpeptide_id\nP\t1\tx\n' },
  'alanine-scan': {
    parse: text => parseScan(text, 'EVDPIGHLY'),
    sample: 'position\tresidue\tresponse\nnative\t\t1\nnegative\t\t0\n1\tA\t0.4\n',
  },
  motif: { parse: parsePattern, sample: 'E-x-D-P-[ILV]-x-{G}-x-Y' },
  tissues: { parse: parseTissues, sample: 'gene_symbol\theart\tskin\nTTN\t900\t1\n' },
  'known-receptors': {
    parse: parseKnownReceptors,
    sample: 'cdr3.alpha,v.alpha,cdr3.beta,v.beta,antigen.epitope,antigen.species\nCAF,TRAV1,CASF,TRBV2,GILGFVFTL,InfluenzaA\n',
  },
  'iedb-receptors': {
    parse: parseKnownReceptors,
    sample:
      'Receptor ID,Description,Organism,Chain 1 Type,Chain 1 CDR3 Calculated,Chain 2 CDR3 Curated\n7,GILGFVFTL,Influenza,alpha,AGGF,CASF\n',
  },
  arriba: {
    parse: parseArriba,
    sample:
      '#gene1\tgene2\treading_frame\tpeptide_sequence\tbreakpoint1\tbreakpoint2\ttranscript_id1\ttranscript_id2\tsplit_reads1\tsplit_reads2\tdiscordant_mates\nA\tB\tin-frame\tMKL|VSaa*\t1:5\t2:9\tE1\tE2\t3\t4\t5\n',
  },
  'star-fusion': {
    parse: parseStarFusion,
    sample:
      '#FusionName\tJunctionReadCount\tSpanningFragCount\tLeftBreakpoint\tRightBreakpoint\tFFPM\nA--B\t3\t4\tchr1:5:+\tchr2:9:-\t0.4\n',
  },
  regtools: {
    parse: parseRegtools,
    sample: 'chrom\tstart\tend\tname\tscore\tstrand\tanchor\tvariant_info\n1\t9\t50\tJ\t12\t+\tD\t1:8-9,1:9-10\n',
  },
  agfusion: {
    parse: text => parseAgfusion(text, 'fusion_gene,gene\nA_B,A\n'),
    sample: '>E1_E2 transcripts: E1_E2, genes: A_B, effect: in-frame\nMKL*VSA\n',
  },
  'peer-table': {
    parse: parsePeerTable,
    sample: 'nmer\tMHC\tprotein_change\tEnsemble_score\nAEALLDEDV\tHLA-B*45:01\tp.Gly305Glu\t68.41\n',
  },
  'copy-number': { parse: parseCopyNumber, sample: 'chrom\tstart\tend\ttotal\tminor\n1\t1\t9\t3\t1\n' },
  case: { parse: parseCase, sample: 'case: X\nhla: [A*02:01]\ntumour: {vcf: a.vcf}\ntil:\n  - {lesion: a, contigs: b}\n' },
}

describe.each(Object.entries(SAMPLES))('%s', (_name, { parse, sample }) => {
  test('the sample itself is accepted or refused as a value', () => {
    expect(parse(sample)).toBeDefined()
  })
  test('mangled samples give an issue or a value', () => {
    fc.assert(
      fc.property(mangled(sample), text => parse(text) !== null),
      { numRuns: 300 },
    )
  })
  test('a word that every object inherits is no key', () => {
    const words = [...sample.matchAll(/\w+/g)]
    expect(words.length).toBeGreaterThan(0)
    for (const { 0: word, index } of words)
      for (const inherited of ['toString', 'constructor', '__proto__'])
        expect(parse(sample.slice(0, index) + inherited + sample.slice(index + word.length))).toBeDefined()
  })
  test('random text gives an issue or a value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => parse(text) !== null),
      { numRuns: 150 },
    )
  })
})
