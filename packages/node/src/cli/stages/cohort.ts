// Cases that were run, side by side: reads what each wrote and gathers it.
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describeIssue, Funnel } from '@cognate/core/base'
import { type Cohort, type CohortCase, cohortFiles, gatherCohort, pairsToLookAt } from '@cognate/core/case'
import { readRows } from '../../read/rows.ts'
import { readFunnel } from '../../write/funnel-file.ts'
import { expandFolder } from '../case-inputs.ts'
import type { CohortEntry } from '../cohort-cases.ts'
import { version } from '../version.ts'
import { count, plural, type StageReport } from './stage.ts'

/** `failures`: why a case did not finish, by id, where it was just tried. */
export function gatherCases(
  entries: readonly CohortEntry[],
  out: string,
  failures: ReadonlyMap<string, string>,
): { readonly report: StageReport; readonly cohort: Cohort } {
  const cohort = gatherCohort(entries.map(entry => readCase(entry, out, failures.get(entry.id))))
  const funnel = new Funnel('cohort')
  for (const one of cohort.cases) {
    funnel.add('in', one.id)
    if (one.kind === 'finished') funnel.add('out', one.id)
    else funnel.add('without results', `${one.id}: ${one.why}`)
  }
  const suspicious = pairsToLookAt(cohort)
  return {
    cohort,
    report: {
      files: cohortFiles(cohort, `Cognate ${version()}`),
      funnel: funnel.rows(),
      caveats: suspicious.flatMap(pair => pair.findings.map(finding => ({ ...finding, text: `${pair.a} and ${pair.b}: ${finding.text}` }))),
      headline: `${count(funnel.count('out'))} of ${plural(cohort.cases.length, 'case')} finished, ${plural(cohort.recurrent.length, 'mutated sequence')} in two or more, ${suspicious.length} of ${plural(cohort.compared, 'pair')} to look at`,
    },
  }
}

/** What a case left in its folder of results, for comparison. `failure`: why it did not finish, where it was just tried. */
export function readCase({ id, opened }: CohortEntry, out: string, failure?: string): CohortCase {
  const folder = join(out, id)
  if (!opened.ok) return { kind: 'unfinished', id, why: oneLine(describeIssue(opened.issue)) }
  if (failure !== undefined) return { kind: 'unfinished', id, why: oneLine(failure) }
  const checksums = checksumsOf(join(folder, 'ro-crate-metadata.json'))
  if (checksums === undefined) return { kind: 'unfinished', id, why: `it has no results in ${id}/: run it first` }
  const { file, hla, inputs } = opened.value
  return {
    kind: 'finished',
    id,
    synthetic: file.synthetic,
    hla,
    funnel: readFunnel(folder),
    variants: new Set(readRows(join(folder, 'variants.tsv')).map(row => row.variant_id ?? '')),
    neoantigens: readRows(join(folder, 'neoantigens.tsv')),
    receptors: readRows(join(folder, 'receptors.tsv')),
    measured: new Map(
      inputs
        .filter(input => input.own !== undefined)
        .flatMap(expandFolder)
        // of a matrix in three files, features are the same in every patient
        .filter(input => !/^(features|genes|barcodes)\.tsv/.test(basename(input.path)))
        // an input that CASE.yaml names since the run has no checksum yet
        .filter(input => checksums.has(input.path))
        .map(input => [`${checksums.get(input.path)} ${input.own}`, input.path] as const),
    ),
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** SHA-256 of each input by its path, from the crate that a run leaves last; undefined: no run ended here. */
function checksumsOf(crate: string): ReadonlyMap<string, string> | undefined {
  if (!existsSync(crate)) return undefined
  const { '@graph': nodes } = JSON.parse(readFileSync(crate, 'utf8')) as {
    readonly '@graph': readonly { readonly '@id': string; readonly name?: string; readonly sha256?: string }[]
  }
  return new Map(nodes.filter(node => node['@id'].startsWith('#input/')).map(node => [node.name ?? '', node.sha256 ?? '']))
}
