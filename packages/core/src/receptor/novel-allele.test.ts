// An allele that the reference has not, found again: each second allele of the open set is taken out and its contigs are annotated without it.
import { expect, test } from 'vitest'
import { imgtGermline, openGermline } from '../../../../test/imgt.ts'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import type { Germline, GermlineV } from '../bio/index.ts'
import { segmentName, translate } from '../bio/index.ts'
import { parseFasta } from '../format/index.ts'
import { ContigAnnotator, novelBases, novelBaseText } from './index.ts'

const without = (germline: Germline, gone: GermlineV): Germline => ({
  ...germline,
  byGene: new Map([...germline.byGene].map(([gene, segments]) => [gene, segments.filter(segment => segment !== gone)])),
})

/** Contigs of one V with different junctions: bases between V and J differ. */
function contigsOf(v: GermlineV, germline: Germline, count: number): readonly string[] {
  const j = germline.byGene.get(v.gene.startsWith('TRB') ? 'TRBJ2-7' : 'TRAJ33')!.find(segment => segment.region === 'J')!
  const c = germline.byGene.get(v.gene.startsWith('TRB') ? 'TRBC2' : 'TRAC')![0]!
  return ['GCAGCC', 'GGGTCA', 'CCAAGG']
    .slice(0, count)
    .map(middle => `${v.leader}${v.sequence}${middle}${j.sequence}${c.sequence.slice(0, 100)}`)
}

test('an allele that is taken out of the reference is named by its bases, in two clonotypes; in one they may be errors', () => {
  const germline = openGermline('human')
  let alleles = 0
  for (const segments of germline.byGene.values()) {
    const [kept, gone] = segments.filter((one): one is GermlineV => one.region === 'V' && one.cys104 !== undefined && one.leader !== '')
    if (kept === undefined || gone === undefined || kept.sequence.length !== gone.sequence.length || !/^TR[AB]V/.test(gone.gene)) continue
    const reference = without(germline, gone)
    const annotator = new ContigAnnotator(reference)
    const annotated = contigsOf(gone, germline, 2).map(contig => annotator.annotate(contig))
    const v = annotated[0]!.v!
    const found = novelBases(annotated)
    const end = v.segment.cys104
    // a nearer record without its conserved residues is told by name only
    if (end === undefined || v.contigAligned.includes('-') || v.germlineAligned.includes('-') || v.germlineEnd < end) continue
    // the named bases put into the nearest allele give the one that was taken out
    const bases = [...v.segment.sequence.slice(0, end)]
    for (const { name } of found[0]!) {
      const [, from, place, to] = /_([ACGT])(\d+)([ACGT])$/.exec(name)!
      expect(bases[Number(place) - 1]).toBe(from)
      bases[Number(place) - 1] = to!
    }
    expect(bases.slice(v.germlineStart).join('')).toBe(gone.sequence.slice(v.germlineStart, end))
    if (found[0]!.length === 0) continue
    alleles++
    expect(new Set(found.flat().map(base => `${base.kind} ${base.clonotypes}`))).toEqual(new Set(['novel-allele 2']))
    expect(
      new Set(
        novelBases(annotated.slice(0, 1))
          .flat()
          .map(base => base.kind),
      ),
    ).toEqual(new Set(['possible-error']))
    // the residues that are told are those that differ
    const [own, theirs] = [translate(bases.join('')), translate(v.segment.sequence.slice(0, end))]
    const differing = [...own].flatMap((residue, i) => (residue === theirs[i] ? [] : [`${theirs[i]}${i + 1}${residue}`]))
    expect([...new Set(found[0]!.map(base => base.residue).filter(text => text !== ''))]).toEqual(differing)
  }
  expect(alleles).toBeGreaterThan(15)
})

test('cells of one clonotype that share a base do not make an allele; qualities are those of the base, on either strand', () => {
  const germline = openGermline('human')
  const v = germline.byGene.get('TRAV12-2')!.find((one): one is GermlineV => one.region === 'V')!
  const place = 120
  const own = v.sequence[place] === 'A' ? 'G' : 'A'
  const changed = { ...v, sequence: v.sequence.slice(0, place) + own + v.sequence.slice(place + 1) }
  const [contig] = contigsOf(changed, germline, 1)
  const annotator = new ContigAnnotator(germline)
  const quality = [...contig!].map((_, i) => (i === v.leader.length + place ? '!' : 'I')).join('')
  const turned = [...contig!]
    .reverse()
    .map(base => ({ A: 'T', C: 'G', G: 'C', T: 'A' })[base]!)
    .join('')
  const annotated = [contig!, turned].map(one => annotator.annotate(one))
  const found = novelBases(annotated, [quality, [...quality].reverse().join('')]).flat()
  expect(found.map(base => [base.kind, base.name, base.clonotypes, base.quality])).toEqual(
    [0, 1].map(() => ['possible-error', `${segmentName(v)}_${v.sequence[place]}${place + 1}${own}`, 1, 0]),
  )
  expect(novelBaseText(found[0]!)).toMatch(/^possible-error TRAV12-2\*\d\d_[ACGT]121[ACGT] \(.*, Q0\)$/)
})

/** IMGT's gapped numbers of the bases of each human V allele, 1-based. */
function gappedNumbers(): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, readonly number[]>()
  for (const locus of ['TRAV', 'TRBV'])
    for (const { id, sequence } of value(parseFasta(readData(`tcr/imgt_nt_gapped/human__vdj__imgt_human_${locus}.fasta`))))
      numbers.set(
        id.split('|')[1]!,
        [...sequence].flatMap((letter, i) => (letter === '.' ? [] : [i + 1])),
      )
  return numbers
}

oracle('published alleles that IMGT has not get the bases of their published names', () => {
  const germline = imgtGermline('human')
  const numbers = gappedNumbers()
  const annotator = new ContigAnnotator(germline)
  let compared = 0
  const differing: string[] = []
  for (const row of tableOf('tcr/novel_alleles/novel-TCR-alleles-2026-07-01_v0.7.1_GENEDB-202615-7.tsv')) {
    // `TRAV12-1*01_C165G`, several bases one behind the other; IMGT's gapped numbers
    const published = /^(TR[AB]V[^*]*\*\d+)((?:_[ACGT]\d+[ACGT])+)$/.exec(row['Standard-ID']!)
    if (published === null) continue
    const [, allele, changes] = published as unknown as [string, string, string]
    const known = germline.byGene.get(allele.split('*')[0]!)?.find(one => one.region === 'V' && segmentName(one) === allele)
    const places = numbers.get(allele)
    if (known?.region !== 'V' || known.cys104 === undefined || known.leader === '' || places === undefined) continue
    const sequence = row['Ungapped-Sequence']!
    const [contig] = contigsOf({ ...known, sequence }, germline, 1)
    const found = annotator.annotate(contig!)
    // a published allele may lie nearer to another one by now
    if (found.v === undefined || segmentName(found.v.segment) !== allele || sequence.length < known.cys104) continue
    const wanted = changes
      .slice(1)
      .split('_')
      .filter(change => places.indexOf(Number(change.slice(1, -1))) < known.cys104!)
    const ours = novelBases([found])[0]!.map(({ name }) => {
      const [, from, place, to] = /_([ACGT])(\d+)([ACGT])$/.exec(name)!
      return `${from}${places[Number(place) - 1]}${to}`
    })
    compared++
    if (ours.join('_') !== wanted.join('_')) differing.push(`${row['Standard-ID']}: ${ours.join('_')}`)
  }
  expect(differing).toEqual([])
  expect(compared).toBe(175)
})
