// Predictors of other makers that a user may have installed: how each is found, called and read. Cognate ships none of them and never calls one unasked.

import type { Issue, Result } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { type ExternalScore, type MhcClass, parseMhcflurry, parseMixMhcPred, parseNetMhcPan } from '@cognate/core/presentation'

export interface ExternalTool {
  readonly name: string
  readonly mhcClass: MhcClass
  readonly command: string
  /** Arguments that print the version, and what to find in the text. */
  readonly versionArguments: readonly string[]
  readonly versionPattern: RegExp
  readonly licence: string
  readonly where: string
  /** Allele as the tool writes it. */
  readonly spell: (allele: HlaAllele) => string
  /** Arguments for a file of peptides, one a line; the answer is read from `out`, or from standard output where that is undefined. */
  readonly call: (peptideFile: string, alleles: readonly string[], out: string, peptides: readonly string[]) => readonly string[]
  readonly answersIn: 'stdout' | 'file'
  readonly parse: (text: string) => Result<readonly ExternalScore[], Issue>
}

/** HLA-A*02:01 → HLA-A02:01; HLA-DPA1*01:03/DPB1*02:01 → HLA-DPA10103-DPB10201; HLA-DRB1*01:01 → DRB1_0101. */
const dtuClassTwo = (allele: string): string =>
  allele.includes('/')
    ? allele.replaceAll('*', '').replaceAll(':', '').replace('/', '-')
    : allele.slice(4).replace('*', '_').replace(':', '')

export const EXTERNAL_TOOLS: readonly ExternalTool[] = [
  {
    name: 'netmhcpan',
    mhcClass: 'I',
    command: 'netMHCpan',
    versionArguments: ['-h'],
    versionPattern: /NetMHCpan version (\S+)|version (\d\S*)/i,
    licence: 'DTU academic licence; commercial use by contract',
    where: 'https://services.healthtech.dtu.dk/services/NetMHCpan-4.1/',
    spell: allele => allele.replace('*', ''),
    call: (file, alleles) => ['-p', file, '-a', alleles.join(','), '-BA'],
    answersIn: 'stdout',
    parse: parseNetMhcPan,
  },
  {
    name: 'netmhciipan',
    mhcClass: 'II',
    command: 'netMHCIIpan',
    versionArguments: ['-h'],
    versionPattern: /NetMHCIIpan version (\S+)|version (\d\S*)/i,
    licence: 'DTU academic licence; commercial use by contract',
    where: 'https://services.healthtech.dtu.dk/services/NetMHCIIpan-4.3/',
    spell: dtuClassTwo,
    call: (file, alleles) => ['-inptype', '1', '-f', file, '-a', alleles.join(','), '-BA'],
    answersIn: 'stdout',
    parse: parseNetMhcPan,
  },
  {
    name: 'mhcflurry',
    mhcClass: 'I',
    command: 'mhcflurry-predict',
    versionArguments: ['--version'],
    versionPattern: /(\d+\.\d+\S*)/,
    licence: 'Apache-2.0',
    where: 'pip install mhcflurry, then mhcflurry-downloads fetch models_class1_presentation',
    spell: allele => allele,
    call: (_file, alleles, out, peptides) => ['--alleles', ...alleles, '--peptides', ...peptides, '--no-throw', '--out', out],
    answersIn: 'file',
    parse: parseMhcflurry,
  },
  {
    name: 'mixmhcpred',
    mhcClass: 'I',
    command: 'MixMHCpred',
    versionArguments: ['-h'],
    versionPattern: /MixMHCpred\D*(\d+\.\d+\S*)/,
    licence: 'academic, non-commercial',
    where: 'https://github.com/GfellerLab/MixMHCpred',
    spell: allele => allele.replace('HLA-', '').replace('*', '').replace(':', ''),
    call: (file, alleles, out) => ['-i', file, '-o', out, '-a', alleles.join(',')],
    answersIn: 'file',
    parse: parseMixMhcPred,
  },
]
