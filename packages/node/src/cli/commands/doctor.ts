import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import type { HlaAllele } from '@cognate/core/bio'
import { LOW_SUPPORT_LIGANDS } from '@cognate/core/presentation'
import type { Command } from 'commander'
import { findTool } from '../../external/run-tool.ts'
import { EXTERNAL_TOOLS } from '../../external/tools.ts'
import { openClass1Predictor } from '../../model/class1-predictor.ts'
import { openClass2Predictor } from '../../model/class2-predictor.ts'
import { kernelPath } from '../../read/paths.ts'
import { shippedReferences } from '../../read/shipped.ts'
import { listReferences } from '../../reference/store.ts'
import { EXIT } from '../exit.ts'
import { version } from '../version.ts'

export function defineDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what is installed, which references, what is missing and how to get it')
    .action(() => {
      let wrong = 0
      const line = (good: boolean, what: string, remedy = '') => {
        if (!good) wrong++
        process.stdout.write(`${good ? 'ok  ' : 'BAD '} ${what}${good || remedy === '' ? '' : `\n     remedy: ${remedy}`}\n`)
      }
      line(
        Number(process.versions.node.split('.')[0]) >= 24,
        `Cognate ${version()} on Node ${process.versions.node}, ${process.platform}-${process.arch}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
        'install Node 24 or newer',
      )
      line(
        existsSync(kernelPath('class1')) && existsSync(kernelPath('class2')),
        'scoring kernels (WebAssembly)',
        'delete dist/ and run ./cognate again',
      )
      const predictor = openClass1Predictor()
      line(
        predictor.ok,
        predictor.ok ? `class I model: ${predictor.value.id}` : predictor.issue.what,
        predictor.ok ? '' : predictor.issue.remedy,
      )
      if (predictor.ok) {
        const hla = predictor.value.alleles().filter(name => /^HLA-[ABC]\*/.test(name))
        const ligands = hla.map(name => predictor.value.support(name as HlaAllele)!.ligands)
        const between = (low: number, high: number) => ligands.filter(n => n >= low && n < high).length
        process.stdout.write(
          `     HLA-A, B, C alleles by ligands in training: ${between(1000, Number.POSITIVE_INFINITY)} with 1,000 or more, ${between(LOW_SUPPORT_LIGANDS, 1000)} with 100 to 999, ${between(1, LOW_SUPPORT_LIGANDS)} with fewer, ${between(0, 1)} with none\n`,
        )
      }
      const classTwo = openClass2Predictor()
      line(
        classTwo.ok,
        classTwo.ok
          ? `class II model: ${classTwo.value.id}, ${classTwo.value.alleles().length} molecules, affinity only`
          : classTwo.issue.what,
        classTwo.ok ? '' : classTwo.issue.remedy,
      )
      const germlines = shippedReferences()
      line(true, `germline: ${germlines.receptor.release}, human ${germlines.receptor.byGene.size} genes`)
      const proteomes = listReferences().filter(entry => entry.kind === 'proteome')
      process.stdout.write(
        proteomes.length > 0
          ? `ok   proteome: ${proteomes.map(entry => entry.name).join(', ')}\n`
          : 'note no human proteome imported: mutant peptides are not compared with self\n     remedy: download pep.all.fa.gz from Ensembl, then `cognate reference add proteome FILE`\n',
      )
      for (const tool of EXTERNAL_TOOLS) {
        const found = findTool(tool)
        process.stdout.write(
          found === undefined
            ? `note ${tool.command} is not installed; not needed, for comparison only (${tool.licence}; ${tool.where})\n`
            : `ok   ${tool.command} ${found.version ?? '(version unknown)'}: cognate present --external ${tool.name}\n`,
        )
      }
      if (wrong > 0) process.exitCode = EXIT.input
    })
}
