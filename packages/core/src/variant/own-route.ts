// Route B: protein changes from an annotation and a genome, with the neighbours on the same haplotype: germline ones in both proteins, somatic ones in the mutant.
// Whole: grouping, blocks and the row of a change share the two haplotypes.
import { type Caveat, caveat } from '../base/index.ts'
import { translate } from '../bio/index.ts'
import { type Consequences, consequencesOf, type ResidueChange } from './consequence.ts'
import { MEANS, ontologyTermsOf } from './consequence-words.ts'
import { type Edit, editOf } from './edit.ts'
import { hgvsCoding } from './hgvs-coding.ts'
import { cis, type Phase } from './phase.ts'
import type { ChangeKind, ProteinChange } from './protein-change.ts'
import { codingPart, readEdit, rnaEdits } from './rna-edit.ts'
import type { SomaticVariant } from './somatic-variant.ts'
import type { SplicedTranscript, Transcript } from './transcript.ts'
import type { TranscriptIndex } from './transcript-index.ts'

export interface OwnRouteOptions {
  readonly biotypes: ReadonlySet<string>
  readonly incompleteTranscripts: boolean
  /** Take a neighbour of unknown phase to be on the variant's haplotype. */
  readonly assumeCis: boolean
}

/** Another allele of the patient near a somatic one. */
export interface Neighbour {
  readonly edit: Edit
  readonly phase: Phase
  readonly germline: boolean
}

export interface OwnOutcome {
  readonly transcript: string
  /** Undefined: no protein change with peptides; then `reason` says why. */
  readonly change: ProteinChange | undefined
  readonly reason: string
  readonly caveats: readonly Caveat[]
}

/** A neighbour of unknown phase is named when it lies within this many coding bases: it could change a residue of a 25-mer around the variant. */
const NEAR = 75

/** Bases before the last exon junction beyond which a new stop leaves the RNA open to decay: the 50-nucleotide rule (Nagy and Maquat 1998, doi:10.1016/S0968-0004(98)01208-0). */
const DECAY_DISTANCE = 50

/** Outcomes at every coding transcript near the variant, in the order of the annotation. `neighbours` are those of its chromosome, without itself. */
export function ownOutcomes(
  variant: SomaticVariant,
  phase: Phase,
  neighbours: readonly Neighbour[],
  index: TranscriptIndex,
  options: OwnRouteOptions,
  count: () => number,
): readonly OwnOutcome[] {
  const chromosome = index.genome.nameOf(variant.chromosome)
  const edit = chromosome === undefined ? undefined : editOf(chromosome, variant.position, variant.ref, variant.alt)
  if (chromosome === undefined || edit === undefined) return []
  const out: OwnOutcome[] = []
  for (const t of index.near(chromosome, edit.start, edit.end)) {
    const transcript = index.transcripts[t]!
    const left = leftOut(transcript, options)
    if (left !== undefined) out.push({ transcript: transcript.id, change: undefined, reason: left, caveats: [] })
    else out.push(outcomeAt(variant, edit, phase, neighbours, index.spliced(t), index, options, count))
  }
  return out
}

/** Why a transcript is not looked at: `non-coding`, `biotype`, `incomplete-transcript`; undefined when it is. */
export function leftOut(transcript: Transcript, options: Pick<OwnRouteOptions, 'biotypes' | 'incompleteTranscripts'>): string | undefined {
  if (transcript.coding.length === 0) return 'non-coding'
  if (!options.biotypes.has(transcript.biotype)) return 'biotype'
  if (!options.incompleteTranscripts && !(transcript.completeStart && transcript.completeEnd)) return 'incomplete-transcript'
  return undefined
}

function outcomeAt(
  variant: SomaticVariant,
  edit: Edit,
  phase: Phase,
  neighbours: readonly Neighbour[],
  spliced: SplicedTranscript,
  index: TranscriptIndex,
  options: OwnRouteOptions,
  count: () => number,
): OwnOutcome {
  const { transcript } = spliced
  const caveats: Caveat[] = []
  const here = neighbours.filter(({ edit: other }) => other.start < transcript.end && other.end > transcript.start)
  const together: Neighbour[] = []
  for (const neighbour of here) {
    const relation = cis(phase, neighbour.phase)
    if (relation === true || (relation === 'unknown' && options.assumeCis)) together.push(neighbour)
    else if (relation === 'unknown' && codingDistance(edit, neighbour.edit, spliced) <= NEAR) caveats.push(unphased(neighbour))
  }
  const none = (reason: string): OwnOutcome => ({ transcript: transcript.id, change: undefined, reason, caveats })
  const germline = ascending(together.filter(n => n.germline).map(n => n.edit))
  const all = ascending([edit, ...together.map(n => n.edit)])
  const consequences = consequencesOf(all, spliced, index.genome)
  const at = all.indexOf(edit)
  if (consequences.conflicting.includes(at)) return none('conflicting-variants')
  const block = consequences.changes.find(change => change.edits.includes(at))
  if (block === undefined) return none(plainReason(consequences, at))
  const kind = kindOf(block)
  if (kind === undefined) return none(reasonOf(block.bits))
  const wildType = germline.length === 0 ? { protein: spliced.protein, stopped: true, stop: -1 } : proteinOf(germline, spliced, index)
  const mutant = proteinOf(all, spliced, index)
  if (wildType === undefined || mutant === undefined) return none('start-lost')
  if (wildType.protein === mutant.protein) return none('synonymous')
  if (!mutant.stopped) caveats.push(caveat('no-stop', `the new frame of ${transcript.id} has no stop before the transcript ends`))
  const place = germline.length === 0 ? placeInReference(block, kind) : placeByComparison(wildType.protein, mutant.protein, kind)
  const nmdLikely = mutant.stop >= 0 && isBeforeLastJunction(mutant.stop, all, spliced)
  const number = count()
  const named = kind === 'FS' ? `${place.position}${variant.ref}/${variant.alt}` : `${place.position}${place.aminoAcids}`
  const change: ProteinChange = {
    variantId: variant.id,
    kind,
    gene: transcript.gene,
    geneId: transcript.geneId,
    transcript: transcript.id,
    proteinId: transcript.proteinId,
    biotype: transcript.biotype,
    maneSelect: transcript.maneSelect,
    canonical: transcript.canonical,
    tsl: transcript.tsl === '' ? 'Not Supported' : transcript.tsl,
    flags: transcript.completeStart && transcript.completeEnd ? 'None' : transcript.completeStart ? 'cds_end_NF' : 'cds_start_NF',
    consequence: ontologyTermsOf(block.bits | spliceBits(consequences, at)),
    aminoAcidChange: place.aminoAcids,
    codonChange: codonChange(block, all, spliced, index),
    proteinPosition: place.position,
    hgvsc: hgvsCoding(edit, spliced, index.genome),
    hgvsp: '',
    wildType: wildType.protein,
    mutant: mutant.protein,
    transcriptExpression: byUnversioned(variant.transcriptExpression, transcript.id),
    geneExpression: variant.geneExpression.get(transcript.geneId) ?? variant.geneExpression.get(transcript.gene),
    pvacseqIndex: `${number}.${transcript.gene}.${transcript.id}.${kind}.${named}`,
    neighbours: together.map(n => `${n.germline ? 'germline' : 'somatic'} ${n.edit.position}${n.edit.ref}>${n.edit.alt}`),
    nmdLikely,
  }
  return { transcript: transcript.id, change, reason: 'out', caveats }
}

const ascending = (edits: readonly Edit[]): Edit[] => edits.toSorted((a, b) => a.start - b.start || a.end - b.end)

const unphased = ({ edit, germline }: Neighbour): Caveat =>
  caveat(
    'unphased-neighbour',
    `whether the ${germline ? 'germline' : 'somatic'} variant ${edit.chromosome}:${edit.position} ${edit.ref}>${edit.alt} is on the same haplotype is not known: it was not applied`,
  )

/** Bases of RNA between two edits; infinite when one lies outside the exons. */
function codingDistance(a: Edit, b: Edit, spliced: SplicedTranscript): number {
  const x = spliced.offsetsOf(a.start)[0]
  const y = spliced.offsetsOf(b.start)[0]
  return x === undefined || y === undefined ? Number.POSITIVE_INFINITY : Math.abs(x - y)
}

function kindOf({ bits, wildType, mutant, toEnd }: ResidueChange): ChangeKind | undefined {
  const has = (bit: number) => (bits & bit) !== 0
  if (has(MEANS.start_lost) || has(MEANS.stop_retained) || has(MEANS.start_retained)) return undefined
  if (has(MEANS.stop_lost)) return 'stop_lost'
  if (toEnd) return 'FS'
  const stop = mutant.indexOf('*')
  const beforeStop = stop < 0 ? mutant : mutant.slice(0, stop)
  if (stop >= 0 && wildType.startsWith(beforeStop)) return undefined
  if (has(MEANS.synonymous)) return undefined
  if (mutant.length > wildType.length) return 'inframe_ins'
  return mutant.length < wildType.length ? 'inframe_del' : 'missense'
}

/** Reason of a block that gives no peptides. */
function reasonOf(bits: number): string {
  if ((bits & MEANS.start_lost) !== 0) return 'start-lost'
  if ((bits & MEANS.start_retained) !== 0) return 'start-retained'
  if ((bits & MEANS.stop_retained) !== 0) return 'stop-retained'
  return (bits & MEANS.stop_gained) !== 0 ? 'stop-gained' : 'synonymous'
}

function plainReason({ plain }: Consequences, at: number): string {
  const bits = plain.filter(row => row.edit === at).reduce((sum, row) => sum | row.bits, 0)
  const has = (bit: number) => (bits & bit) !== 0
  if (has(MEANS.start_lost)) return 'start-lost'
  if (has(MEANS.splice_acceptor | MEANS.splice_donor)) return 'needs-splice-evidence'
  if (has(MEANS.stop_lost)) return 'stop-lost-at-edge'
  if (has(MEANS.frameshift | MEANS.inframe_deletion)) return 'needs-splice-evidence'
  if (has(MEANS['5_prime_utr'] | MEANS['3_prime_utr'])) return 'utr'
  if (has(MEANS.start_retained)) return 'start-retained'
  if (has(MEANS.stop_retained)) return 'stop-retained'
  if (has(MEANS.splice_region)) return 'splice-region'
  return bits === 0 ? 'outside-transcript' : has(MEANS.coding_sequence) ? 'incomplete-transcript' : 'intron'
}

const spliceBits = ({ plain }: Consequences, at: number): number =>
  plain.filter(row => row.edit === at).reduce((bits, row) => bits | (row.bits & ~MEANS.synonymous), 0)

interface Translated {
  readonly protein: string
  readonly stopped: boolean
  /** Residue of a stop before the annotated one, or -1. */
  readonly stop: number
}

/** The protein of a haplotype: whole coding sequence with all edits, through the 3' UTR when the frame needs it. Undefined when its start is lost. */
export function proteinOf(
  edits: readonly Edit[],
  spliced: SplicedTranscript,
  index: Pick<TranscriptIndex, 'genome'>,
): Translated | undefined {
  const consequences = consequencesOf(edits, spliced, index.genome)
  if (consequences.changes.some(change => (change.bits & MEANS.start_lost) !== 0)) return undefined
  if (consequences.plain.some(row => (row.bits & MEANS.start_lost) !== 0)) return undefined
  const applied = new Set(consequences.changes.flatMap(change => change.edits))
  const rna = edits
    .flatMap((edit, i) => {
      if (!applied.has(i)) return []
      const { place, read } = readEdit(edit, spliced, index.genome)
      return rnaEdits(place === 'coding' ? read : codingPart(read, spliced), i, spliced)
    })
    .sort((a, b) => a.from - b.from || a.to - b.to)
  let sequence = ''
  let at = spliced.codingStart
  for (const edit of rna) {
    sequence += spliced.sequence.slice(at, edit.from) + edit.insert
    at = edit.to
  }
  sequence += spliced.sequence.slice(at)
  const residues = withSelenocysteines(translate(sequence, spliced.transcript.geneticCode), rna, spliced)
  const stop = residues.indexOf('*')
  const annotated = spliced.residues.indexOf('*')
  return { protein: stop < 0 ? residues : residues.slice(0, stop), stopped: stop >= 0, stop: stop === annotated ? -1 : stop }
}

/** Selenocysteines before the first change of length stay what they are. */
function withSelenocysteines(
  residues: string,
  edits: readonly { readonly from: number; readonly to: number; readonly insert: string }[],
  spliced: SplicedTranscript,
): string {
  if (spliced.transcript.selenocysteines.length === 0) return residues
  const cells = [...residues]
  for (const at of spliced.selenocysteineResidues()) {
    const offset = spliced.codingStart + 3 * at
    const moved = edits.some(edit => edit.from < offset + 3 && (edit.insert.length !== edit.to - edit.from || edit.to > offset))
    if (!moved && cells[at] === '*') cells[at] = 'U'
  }
  return cells.join('')
}

interface NamedPlace {
  /** As VEP writes Protein_position. */
  readonly position: string
  readonly aminoAcids: string
}

const positions = (from: number, length: number): string => (length <= 1 ? String(from + 1) : `${from + 1}-${from + length}`)

function placeInReference(block: ResidueChange, kind: ChangeKind): NamedPlace {
  if (kind === 'FS') {
    let same = 0
    while (same < block.mutant.length && block.mutant[same] === block.wildType[same]) same++
    const at = Math.max(block.exactFrom, block.at)
    return { position: String(at + 1), aminoAcids: `${block.wildType[at - block.at] ?? ''}/X` }
  }
  if (kind === 'stop_lost')
    return {
      position: String(block.at + block.wildType.indexOf('*') + 1),
      aminoAcids: `*/${block.mutant[block.wildType.indexOf('*')] ?? ''}`,
    }
  const from = Math.max(block.exactFrom, block.at)
  const tail = block.at + block.wildType.length - Math.max(block.exactTo, from)
  const wild = block.wildType.slice(from - block.at, block.wildType.length - tail)
  const mutated = block.mutant.slice(from - block.at, block.mutant.length - tail)
  if (wild === '') return { position: `${from}-${from + 1}`, aminoAcids: `-/${mutated}` }
  return { position: positions(from, wild.length), aminoAcids: `${wild}/${mutated === '' ? '-' : mutated}` }
}

/** Where germline neighbours moved the frame of reference, the two proteins themselves tell. */
function placeByComparison(wildType: string, mutant: string, kind: ChangeKind): NamedPlace {
  let from = 0
  while (from < wildType.length && from < mutant.length && wildType[from] === mutant[from]) from++
  if (kind === 'FS') return { position: String(from + 1), aminoAcids: `${wildType[from] ?? ''}/X` }
  if (kind === 'stop_lost') return { position: String(wildType.length + 1), aminoAcids: `*/${mutant[wildType.length] ?? ''}` }
  let tail = 0
  const most = Math.min(wildType.length, mutant.length) - from
  while (tail < most && wildType[wildType.length - 1 - tail] === mutant[mutant.length - 1 - tail]) tail++
  const wild = wildType.slice(from, wildType.length - tail)
  const mutated = mutant.slice(from, mutant.length - tail)
  if (wild === '') return { position: `${from}-${from + 1}`, aminoAcids: `-/${mutated}` }
  return { position: positions(from, wild.length), aminoAcids: `${wild}/${mutated === '' ? '-' : mutated}` }
}

/** `gGt/gAt`: codons of the block, changed bases in capitals; empty where the frame is lost. */
function codonChange(block: ResidueChange, edits: readonly Edit[], spliced: SplicedTranscript, index: TranscriptIndex): string {
  if (block.toEnd) return ''
  const start = spliced.codingStart + 3 * Math.max(block.exactFrom, block.at)
  const end = spliced.codingStart + 3 * Math.max(block.exactTo, block.exactFrom)
  const rna = block.edits
    .flatMap(i => {
      const { place, read } = readEdit(edits[i]!, spliced, index.genome)
      return rnaEdits(place === 'coding' ? read : codingPart(read, spliced), i, spliced)
    })
    .sort((a, b) => a.from - b.from)
  let before = ''
  let behind = ''
  let at = start
  for (const edit of rna) {
    if (edit.from < start || edit.to > Math.max(end, edit.from)) continue
    const kept = spliced.sequence.slice(at, edit.from).toLowerCase()
    before += kept + spliced.sequence.slice(edit.from, edit.to)
    behind += kept + edit.insert
    at = edit.to
  }
  const rest = spliced.sequence.slice(at, Math.max(at, end)).toLowerCase()
  return `${before + rest || '-'}/${behind + rest || '-'}`
}

/** A stop more than the decay distance before the last exon junction of the edited RNA. */
function isBeforeLastJunction(stop: number, edits: readonly Edit[], spliced: SplicedTranscript): boolean {
  const last = spliced.pieces.at(-1)
  if (last === undefined || spliced.pieces.length < 2) return false
  const gained = edits.reduce((sum, edit) => sum + edit.insert.length - (edit.end - edit.start), 0)
  return spliced.codingStart + 3 * (stop + 1) < last.offset + gained - DECAY_DISTANCE
}

function byUnversioned(values: ReadonlyMap<string, number>, id: string): number | undefined {
  const exact = values.get(id)
  if (exact !== undefined) return exact
  const bare = id.replace(/\.\d+$/, '')
  for (const [key, value] of values) if (key.replace(/\.\d+$/, '') === bare) return value
  return undefined
}
