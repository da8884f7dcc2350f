import { readFileSync } from 'node:fs'
import { type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { Command } from 'commander'
import { dataPath, modelPath } from '../../read/paths.ts'
import { shippedCodonUsage, shippedReferences, shippedSignatures } from '../../read/shipped.ts'
import { importedGermline } from '../../reference/germline.ts'
import { addGenome, addReference, damagedReferences, home, listReferences } from '../../reference/store.ts'
import { sha256OfFile } from '../../write/outputs.ts'
import { InputFault, must } from '../exit.ts'

export function defineReference(program: Command): void {
  const reference = program.command('reference').description('references: what is shipped and what you imported')
  reference
    .command('add')
    .description('check a reference, copy it by checksum and remember it by name')
    .argument(
      '<kind>',
      'genome (annotation, with --genome), proteome (protein FASTA), or a germline: imgt (folder in stitchr’s layout), tenx (10x V(D)J reference), vdj (table of the form of packages/node/data/germline-human.tsv)',
    )
    .argument('<path>', 'file or folder; for a genome the annotation: GFF3 or GTF of Ensembl, GENCODE or NCBI, plain or gzip')
    .option('--genome <file>', 'genome of the annotation: FASTA plain, gzip or bgzip, or UCSC .2bit')
    .option('--name <name>', 'name to use later; default: the name of the file', '')
    .addHelpText(
      'after',
      '\nExamples:\n  cognate reference add genome Homo_sapiens.GRCh38.112.gff3.gz --genome GRCh38.fa.gz --name GRCh38.112\n  cognate reference add proteome UP000005640_9606.fasta.gz --name human\n  cognate reference add tenx refdata-cellranger-vdj-GRCh38-alts-ensembl-7.0.0 --name tenx-7\n',
    )
    .action(async (kind: string, path: string, flags: { name: string; genome?: string }) => {
      if (kind === 'genome') {
        process.stdout.write(await addGenomeText(path, flags))
        return
      }
      if (!isKind(kind))
        throw new InputFault(
          issue('reference-kind', `"${kind}" cannot be added`, 'add a genome, a proteome, or a germline: imgt, tenx or vdj'),
        )
      const entry = must(
        await (kind === 'tenx' || kind === 'vdj'
          ? addReference(kind, path, flags.name, germlineCounts)
          : addReference(kind, path, flags.name)),
      )
      process.stdout.write(`${entry.kind} ${entry.name}: ${entry.holds}\nsha256 ${entry.sha256}\n`)
    })
  reference
    .command('list')
    .description('list shipped and imported references')
    .action(() => {
      process.stdout.write(listText())
    })
  reference
    .command('verify')
    .description('compare every reference with its checksum')
    .action(() => {
      const damaged = damagedReferences()
      for (const [name, file] of MODELS) {
        const manifest = JSON.parse(readFileSync(modelPath(`${file}.manifest.json`), 'utf8')) as { weights_sha256: string }
        if (sha256OfFile(modelPath(`${file}.cogm`)) !== manifest.weights_sha256)
          throw new InputFault(
            issue('model-damaged', `the ${name} model differs from its manifest`, 'run `git checkout packages/node/models`'),
          )
      }
      if (damaged.length > 0)
        throw new InputFault(issue('reference-damaged', `damaged: ${damaged.join(', ')}`, 'add them again with `cognate reference add`'))
      process.stdout.write(`all references are as they were added\n${listText()}`)
    })
}

const MODELS = [
  ['class I', 'class1'],
  ['class II', 'class2'],
] as const

const isKind = (kind: string): kind is 'proteome' | 'imgt' | 'tenx' | 'vdj' => ['proteome', 'imgt', 'tenx', 'vdj'].includes(kind)

/** Genes of a germline that can be read, by region. */
function germlineCounts(path: string): Result<string, Issue> {
  const germline = importedGermline(path, 'human')
  if (!germline.ok) return germline
  const genes = [...germline.value.byGene.values()].map(segments => segments[0]!.region)
  const count = (region: string) => genes.filter(own => own === region).length
  return ok(`${count('V')} V, ${count('J')} J, ${count('C')} C genes`)
}

async function addGenomeText(annotation: string, flags: { readonly name: string; readonly genome?: string }): Promise<string> {
  if (flags.genome === undefined)
    throw new InputFault(issue('genome-missing', 'an annotation alone has no bases', 'give its genome with --genome FILE'))
  const started = performance.now()
  const entry = must(await addGenome(annotation, flags.genome, flags.name))
  return [
    `genome ${entry.name}: ${entry.holds}`,
    `${(entry.bytes / 1e6).toFixed(1)} MB in ${((performance.now() - started) / 1000).toFixed(1)} s, sha256 ${entry.sha256}`,
    ...entry.caveats.map(row => `note: ${row.text} [${row.code}]`),
    `use it: cognate variants --vcf somatic.vcf.gz --reference ${entry.name} --out results`,
    '',
  ].join('\n')
}

function listText(): string {
  const { receptor, constants } = shippedReferences()
  const lines = [
    `shipped   germline human  ${receptor.byGene.size} genes, ${receptor.release}, sha256 ${sha256OfFile(dataPath('germline-human.tsv')).slice(0, 12)}`,
    `shipped   germline mouse  ${constants.mouse.byGene.size} genes, ${constants.mouse.release}, sha256 ${sha256OfFile(dataPath('germline-mouse.tsv')).slice(0, 12)}`,
    `shipped   codon usage     ${shippedCodonUsage('human').count.size} codons, human and mouse (Kazusa)`,
    ...shippedSignatures().map(
      signature => `shipped   signature       ${signature.name}, ${signature.genes.length} genes, ${signature.source}`,
    ),
    ...MODELS.map(
      ([name, file]) => `shipped   ${`${name} model`.padEnd(15)} sha256 ${sha256OfFile(modelPath(`${file}.cogm`)).slice(0, 12)}`,
    ),
    ...listReferences().map(
      entry => `imported  ${entry.kind.padEnd(15)} ${entry.name}: ${entry.holds}, sha256 ${entry.sha256.slice(0, 12)}`,
    ),
  ]
  return `${lines.join('\n')}\nimported references lie in ${home()}\n`
}
