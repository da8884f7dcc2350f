// What another annotator wrote into the VCF (VEP's CSQ, SnpEff's ANN, bcftools' BCSQ), held against our own consequences: a difference is told, ours is kept.
import { type Caveat, caveat } from '../base/index.ts'
import { threeLetters } from '../bio/index.ts'
import { decodePercent, infoValue, type VcfRecord } from '../format/index.ts'
import { hgvsProtein, type ProteinChange } from './protein-change.ts'
import type { VariantId } from './somatic-variant.ts'
import { entriesOfAlt, parseCsq } from './vep-consequence.ts'

const versionless = (id: string): string => id.replace(/\.\d+$/, '')

/** One spelling: `p.(Arg97Profs*23)` and `ENSP1:p.Arg97ProfsTer23` are the same. */
const plainName = (name: string): string =>
  decodePercent(name)
    .replace(/^[^:]*:/, '')
    .replace(/[()]/g, '')
    .replaceAll('*', 'Ter')

/** HGVS protein names of one ALT by transcript without version; those that an annotator left empty are absent. */
export function givenNames(record: VcfRecord, alt: number, csqFields: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const put = (transcript: string | undefined, name: string | undefined) => {
    if (transcript !== undefined && name !== undefined && name !== '') names.set(versionless(transcript), plainName(name))
  }
  const bases = record.alts[alt]!
  const csq = infoValue(record, 'CSQ') ?? ''
  for (const entry of csq === '' ? [] : entriesOfAlt(parseCsq(csq, csqFields), record.ref, bases))
    put(entry.get('feature'), entry.get('hgvsp'))
  for (const entry of (infoValue(record, 'ANN') ?? '').split(',')) {
    const cells = entry.split('|')
    if (cells[0] === bases) put(cells[6], cells[10])
  }
  // bcftools gives residues, not names: only a plain substitution has one name
  for (const entry of (infoValue(record, 'BCSQ') ?? '').split(',')) {
    const [, , transcript, , , residues = '', edit] = entry.split('|')
    const match = /^(\d+)([A-Z])>\1([A-Z])$/.exec(residues)
    if (match !== null && edit === `${record.position}${record.ref}>${bases}`)
      put(transcript, `p.${threeLetters(match[2]!)}${match[1]}${threeLetters(match[3]!)}`)
  }
  return names
}

/** Caveat `annotations-disagree` with three examples; none when all that can be compared agree. Changes with neighbours applied are not compared. */
export function annotationCaveats(
  changes: readonly ProteinChange[],
  given: ReadonlyMap<VariantId, ReadonlyMap<string, string>>,
): readonly Caveat[] {
  let compared = 0
  const differing: string[] = []
  for (const change of changes) {
    const theirs = given.get(change.variantId)?.get(versionless(change.transcript))
    if (theirs === undefined || change.neighbours.length > 0) continue
    compared++
    const ours = hgvsProtein(change.wildType, change.mutant, change.kind)
    if (ours !== theirs) differing.push(`${change.variantId} ${change.transcript}: the VCF says ${theirs}, we find ${ours}`)
  }
  return differing.length === 0
    ? []
    : [
        caveat(
          'annotations-disagree',
          `${differing.length} of ${compared} protein changes are named otherwise in the VCF's own annotation (${differing.slice(0, 3).join('; ')}): look at both before one is used`,
        ),
      ]
}
