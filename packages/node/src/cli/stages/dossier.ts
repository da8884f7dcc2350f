// Last stage of a run: reads what the others wrote and makes dossier.html and ro-crate-metadata.json.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Caveat } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { type CaseFile, type CrateFile, dossierHtml, roCrate } from '@cognate/core/case'
import type { MapPart } from '@cognate/core/construct'
import { type GenbankRecord, parseGenbank } from '@cognate/core/format'
import { motifLogo, motifsOf, type Predictor } from '@cognate/core/presentation'
import { readRows } from '../../read/rows.ts'
import { readFunnel } from '../../write/funnel-file.ts'
import { sha256OfFile } from '../../write/outputs.ts'
import { version } from '../version.ts'

export interface DossierStage {
  readonly out: string
  readonly file: CaseFile
  readonly caveats: readonly Caveat[]
  /** Inputs as the case names them, with their full path. */
  readonly inputs: readonly { readonly path: string; readonly full: string; readonly what: string }[]
  readonly outputs: readonly string[]
  readonly predictor: Predictor
  /** The patient's alleles that the predictor knows. */
  readonly alleles: readonly HlaAllele[]
  readonly hla: readonly string[]
}

export function makeDossier(stage: DossierStage): ReadonlyMap<string, string> {
  const { out, file } = stage
  const maps = constructMaps(out)
  const files: CrateFile[] = [
    ...stage.inputs.map(input => ({
      path: input.path,
      sha256: sha256OfFile(input.full),
      bytes: statSync(input.full).size,
      role: 'input' as const,
      description: input.what,
    })),
    ...stage.outputs.map(name => ({
      path: name,
      sha256: sha256OfFile(join(out, name)),
      bytes: statSync(join(out, name)).size,
      role: 'output' as const,
      description: OUTPUTS[name] ?? name,
    })),
  ]
  const constructs = readRows(join(out, 'constructs.tsv'))
  const html = dossierHtml({
    caseName: file.case,
    synthetic: file.synthetic,
    funnel: readFunnel(out),
    facts: [
      ['Species', file.species],
      ['HLA', stage.hla.join(', ')],
      [
        'Tumour',
        `${
          typeof file.tumour.vcf === 'string'
            ? file.tumour.vcf
            : Object.entries(file.tumour.vcf)
                .map(([caller, path]) => `${path} (${caller})`)
                .join(', ')
        }${file.tumour.sample === undefined ? '' : `, sample ${file.tumour.sample}`}`,
      ],
      ['Lesions with T cells', file.til.map(entry => entry.lesion).join(', ') || 'none'],
      [
        'Product',
        `${file.product.constant_set ?? file.product.constant}, ${file.product.linker_file ?? file.product.linker}, ${file.product.order}, limits ${file.product.preset}`,
      ],
      ['Presentation model', stage.predictor.id],
    ],
    neoantigens: readRows(join(out, 'neoantigens.tsv')),
    further: {
      fusions: readRows(join(out, 'fusions.tsv')),
      splicing: readRows(join(out, 'splicing.tsv')),
      antigens: readRows(join(out, 'antigens.tsv')),
    },
    motifs: motifsOf(stage.predictor, stage.alleles).map(motifLogo),
    lesions: file.til.map(entry => entry.lesion),
    clonotypes: readRows(join(out, 'clonotypes.tsv')),
    receptors: readRows(join(out, 'receptors.tsv')),
    cellMap: existsSync(join(out, 'cell-map.svg')) ? readFileSync(join(out, 'cell-map.svg'), 'utf8') : '',
    screen: readRows(join(out, 'screen.tsv')),
    plates: file.screens
      .map((_, i) => join(out, `plates-${i + 1}.svg`))
      .flatMap(path => (existsSync(path) ? [readFileSync(path, 'utf8')] : [])),
    selection: readRows(join(out, 'selection.tsv')),
    constructs: constructs.map(row => ({ row, parts: maps.get(row.construct_id ?? '') ?? [] })),
    caveats: merge(stage.caveats),
    provenance: files.map(entry => [entry.path, entry.sha256, `${entry.role}: ${entry.description}`] as const),
    software: `Cognate ${version()}`,
  })
  const crate = roCrate({
    caseName: file.case,
    command: 'cognate run',
    description: `Neoantigens, receptors and constructs of the case ${file.case}.`,
    synthetic: file.synthetic,
    files,
    software: { name: 'Cognate', version: version() },
    date: new Date().toISOString().slice(0, 10),
  })
  return new Map([
    ['dossier.html', html],
    ['ro-crate-metadata.json', `${JSON.stringify(crate, null, 1)}\n`],
  ])
}

/** The same caveat of several receptors or lesions stands once. */
function merge(caveats: readonly Caveat[]): readonly Caveat[] {
  const seen = new Map(caveats.map(caveat => [`${caveat.code} ${caveat.text}`, caveat]))
  return [...seen.values()]
}

/** Parts of every construct of a run by its id. */
export function constructMaps(out: string): ReadonlyMap<string, readonly MapPart[]> {
  const genbank = existsSync(join(out, 'constructs.gb')) ? parseGenbank(readFileSync(join(out, 'constructs.gb'), 'utf8')) : undefined
  return new Map((genbank?.ok === true ? genbank.value : []).map(record => [record.name, mapParts(record)]))
}

/** Parts of an insert, from the features of its GenBank record. */
function mapParts(record: GenbankRecord): readonly MapPart[] {
  return record.features.flatMap(feature => {
    const label = feature.qualifiers.find(([key]) => key === 'label')?.[1] ?? ''
    const part = feature.parts[0]!
    // what lies inside a part is not drawn over it: substitutions and loops
    if (feature.type === 'source' || feature.type === 'CDS' || /^[A-Z]\d+[A-Z]$| CDR[123]$/.test(label)) return []
    const kind = label.endsWith('junction')
      ? 'junction'
      : /^TR[AG] /.test(label)
        ? 'alpha'
        : /^TR[BD] /.test(label)
          ? 'beta'
          : /^(furin|spacer|2a)$/.test(label)
            ? 'linker'
            : 'end'
    return [{ label: label.replace('-region', ''), start: part.start, end: part.end, kind: kind as MapPart['kind'] }]
  })
}

/** What each output is. */
export const OUTPUTS: Readonly<Record<string, string>> = {
  'dossier.html': 'everything on one page, to be printed',
  'ro-crate-metadata.json': 'inputs and outputs with their checksums, for programs',
  'germline-proteins.fasta': 'what the germline of the patient makes of proteins',
  'fusions.tsv': 'fusions with their best peptide',
  'splicing.tsv': 'new splice junctions with their best peptide',
  'antigens.tsv': 'listed antigens with their best peptides',
  'peptides.tsv': 'every peptide of every variant on every allele',
  'off-the-shelf.tsv': 'shared mutations with a published receptor',
  'screen.tsv': 'receptor × antigen: what answered',
  'selection.tsv': 'receptors chosen or not, with reasons',
  'selection.payload.json': 'what is signed',
  'selection.payload.sha256': 'its checksum',
  'selected-receptors.tsv': 'the receptors that were chosen',
  'plates.svg': 'wells of the plates',
  'safety.tsv': 'off-target words that the case was given',
  'screened-minigenes.tsv': 'minigenes that the plates tested',
  'next-round.tsv': 'what to test next',
  'plate-map.csv': 'plates that would test the shortlist: what goes into which well',
  'plate-map.svg': 'the same as a picture',
  'peptide-pools.tsv': 'which peptide stands in which pool',
  'pool-plate-map.csv': 'what goes into which well, of the pools',
  'pool-plate-map.svg': 'the same as a picture',
  'tandem-minigenes.tsv': 'minigenes of the constructs that would be tested, with their bases',
  'tandem-minigenes.fasta': 'constructs of minigenes, to order',
  'screen-order.csv': 'DNA and peptides of the screen to order',
  'strategy.tsv': 'forecast of wells and wrong answers',
  'safety.html': 'off-target words for a committee',
  'screen-design/minigenes.tsv': 'minigenes of the designed constructs',
  'screen-design/minigenes.fasta': 'constructs of minigenes, to order',
  'screen-design/plate-map.csv': 'what goes into which well',
  'screen-design/plate-map.svg': 'the same as a picture',
  'screen-design/peptide-pools.tsv': 'which peptide stands in which pool',
  'screen-design/pool-plate-map.csv': 'what goes into which well, of the pools',
  'screen-design/pool-plate-map.svg': 'the same as a picture',
  'screen-design/order.csv': 'DNA and peptides to order',
  'screen-design/funnel.tsv': 'what the design left out',
  'variants.tsv': 'protein changes per transcript',
  'proteins.fasta': 'wild-type and mutant proteins',
  'neoantigens.tsv': 'ranked neoantigens with reasons',
  'minigenes.tsv': 'minigene windows',
  'minigenes.fasta': 'minigene windows',
  'clonotypes.tsv': 'clonotypes per lesion',
  'receptors.tsv': 'ranked receptors with reasons',
  'cells.tsv.gz': 'every cell, its clonotype and scores',
  'cell-map.tsv': 'cells on a plane, for the picture',
  'cell-map.svg': 'the picture: lesions, score, shortlisted clones',
  'constructs.tsv': 'every construct, refused ones too',
  'chains.fasta': 'each chain without linkers and ends, as bases',
  'chains.faa': 'the same, as residues',
  'plasmids.fasta': 'inserts in their vector, as bases',
  'codons.tsv': 'codons that are not the wanted ones, with what those would have broken',
  'gate.tsv': 'every check of the gate',
  'constructs.gb': 'annotated inserts',
  'constructs.fasta': 'inserts',
  'order.csv': 'order lines of the inserts that passed',
  'construct-sheet.html': 'one page a construct: map, parts, checks, caveats, label',
  'funnel.tsv': 'what came in, went out and was left behind',
}
