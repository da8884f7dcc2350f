// Derives the shipped reference data from the shippable sources: germline segments, codon usage, gene signatures.
// Run: npm run derive (needs COGNATE_DATA). Writes packages/node/data/*.tsv and sources.json with the checksum of every input.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatGermline, parseFrameworkRows, residueOfCodon, STANDARD_RESIDUES } from '@cognate/core/bio'
import { columnReader, formatTsv, parseDelimited, parseFasta, tenxGermline } from '@cognate/core/format'

import { labGradeTable } from './derive-lab-grades.ts'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const out = (name: string) => join(root, 'packages/node/data', name)

/** D segments of the T-cell receptor loci. */
function dSegments(species: string, regions: string): readonly (readonly string[])[] {
  const records = parseFasta(regions)
  if (!records.ok) throw new Error(records.issue.what)
  return records.value.flatMap(record => {
    const [id = '', , gene = '', region = '', chain = ''] = `${record.id} ${record.description}`.split('|')
    return chain === 'TR' && region === 'D-REGION' ? [[species, gene, record.sequence.toUpperCase(), `10x-vdj-7.0 ${id}`]] : []
  })
}

function derive(data: string): void {
  const inputs: Record<string, string> = {}
  const read = (path: string): string => {
    const bytes = readFileSync(join(data, path))
    inputs[path] = createHash('sha256').update(bytes).digest('hex')
    return bytes.toString('utf8')
  }
  const dRows: (readonly string[])[] = []
  for (const species of ['human', 'mouse'] as const) {
    const table = parseDelimited(read(`tcr/germline/allele_labels_${species}.tsv`), {
      delimiter: '\t',
      required: ['fasta_id', 'identical_to_allele'],
    })
    if (!table.ok) throw new Error(table.issue.what)
    const get = columnReader(table.value.columns)
    const labels = new Map(
      table.value.rows.map(row => [get(row, 'fasta_id'), get(row, 'identical_to_allele').split(/[,;]/)[0]!.replace('*', '')]),
    )
    const segments = tenxGermline(
      read(`tcr/germline/tenx_vdj_refs_7.0/${species}/regions.fa`),
      parseFrameworkRows(read(`tcr/germline/igblast_1.20/${species}.ndm.imgt`)),
      labels,
      '10x-vdj-7.0',
    )
    if (!segments.ok) throw new Error(segments.issue.what)
    writeFileSync(out(`germline-${species}.tsv`), formatGermline(segments.value))
    dRows.push(...dSegments(species, read(`tcr/germline/tenx_vdj_refs_7.0/${species}/regions.fa`)))
    const counts = [...read(`tcr/codon_usage/${species.toUpperCase()}.txt`).matchAll(/([ACGU]{3})\s*[\d.]+\(\s*(\d+)\)/g)].map(
      match => [match[1]!.replaceAll('U', 'T'), Number(match[2])] as const,
    )
    if (counts.length !== 64) throw new Error(`${species}: ${counts.length} codons instead of 64`)
    writeFileSync(
      out(`codon-usage-${species}.tsv`),
      formatTsv(
        ['codon', 'residue', 'count'],
        counts.map(([codon, count]) => [codon, residueOfCodon(codon), count]),
      ),
    )
  }
  const signatures = parseDelimited(read('signatures/signatures.tsv'), { delimiter: '\t' })
  if (!signatures.ok) throw new Error(signatures.issue.what)
  const get = columnReader(signatures.value.columns)
  const rows = signatures.value.rows.filter(row => get(row, 'shippable') === 'yes' && get(row, 'signature').startsWith('NeoTCR'))
  writeFileSync(
    out('signatures.tsv'),
    formatTsv(
      ['signature', 'gene', 'lineage', 'paper'],
      rows.map(row => [get(row, 'signature'), get(row, 'gene'), get(row, 'lineage').split(',')[0], get(row, 'paper')]),
    ),
  )
  const linkers = read('tcr/stitchr_aux/linkers.tsv')
    .trim()
    .split('\n')
    .map(line => line.split('\t'))
  writeFileSync(
    out('linkers.tsv'),
    formatTsv(
      ['name', 'nt'],
      linkers.map(([name, nt]) => [name, nt]),
    ),
  )
  writeFileSync(
    out('residue-pairs.tsv'),
    residuePairs(read('singlecell/safety/mds_components_12x20.tsv'), read('singlecell/safety/blosum80.tsv')),
  )
  writeFileSync(out('germline-d.tsv'), formatTsv(['species', 'gene', 'sequence', 'record'], dRows))
  writeFileSync(out('blosum62-joint.tsv'), jointFrequencies(read('singlecell/tcrmatch/blosum62_joint_frequencies.tsv')))
  writeFileSync(
    out('anchor-weights.tsv'),
    anchorWeights(length => read(`variants/anchors/Normalized_anchor_predictions_${length}_mer.tsv`)),
  )
  writeFileSync(out('lab-grades.tsv'), labGradeTable(read))
  writeFileSync(out('sources.json'), `${JSON.stringify({ derived_by: 'scripts/derive-reference.ts', inputs }, null, 1)}\n`)
}

/** Joint frequencies of BLOSUM62 in the order of our residues. */
function jointFrequencies(text: string): string {
  const [head = [], ...rows] = text
    .trim()
    .split('\n')
    .map(line => line.split('\t'))
  const value = (a: string, b: string) => Number(rows.find(row => row[0] === a)?.[head.indexOf(b)])
  return formatTsv(
    ['residue', ...STANDARD_RESIDUES],
    [...STANDARD_RESIDUES].map(a => [a, ...[...STANDARD_RESIDUES].map(b => value(a, b))]),
  )
}

/** Weight of each position of a peptide by allele and length, to six decimals (pVACtools, BSD-3-Clause-Clear; doi:10.1101/2020.12.08.416271). */
function anchorWeights(read: (length: number) => string): string {
  const rows = [8, 9, 10, 11].flatMap(length => {
    const [, ...lines] = read(length).trim().split(/\r?\n/)
    return lines.map(line => {
      const [allele = '', ...weights] = line.split('\t')
      if (weights.length !== length) throw new Error(`${allele}: ${weights.length} weights instead of ${length}`)
      return [allele, length, weights.map(weight => String(Number(Number(weight).toFixed(6)))).join(' ')]
    })
  })
  return formatTsv(['allele', 'length', 'weights'], rows)
}

/** Distance of two residues over the 12 components of CrossDome (c2f2f4a, MIT), and their BLOSUM80 value: all that its score needs. */
function residuePairs(components: string, blosum: string): string {
  const table = (text: string) =>
    text
      .trim()
      .split('\n')
      .map(line => line.split('\t'))
  const [head = [], ...rows] = table(components)
  const vector = (residue: string) => rows.map(row => Number(row[head.indexOf(residue)]))
  const [letters = [], ...matrix] = table(blosum)
  const similarity = (a: string, b: string) => Number(matrix.find(row => row[0] === a)?.[letters.indexOf(b) + (letters[0] === 'A' ? 1 : 0)])
  const pairs: (readonly (string | number)[])[] = []
  for (const [i, a] of [...STANDARD_RESIDUES].entries())
    for (const b of [...STANDARD_RESIDUES].slice(i)) {
      const difference = vector(a).map((value, k) => value - vector(b)[k]!)
      pairs.push([a, b, Math.hypot(...difference), similarity(a, b)])
    }
  return formatTsv(['residue_a', 'residue_b', 'crossdome_distance', 'blosum80'], pairs)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) derive(resolve(root, process.env.COGNATE_DATA ?? '../shared/data'))
