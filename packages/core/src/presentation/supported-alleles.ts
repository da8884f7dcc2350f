// Names of alleles as users write them → the alleles and molecules that the predictors can score, with what must be said about each.
import { byText, type Caveat, caveat, fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import { alleleGroups, type HlaAllele, type HlaList, membersOf, parseHlaAllele, parseHlaList, parseHlaTyping } from '../bio/index.ts'
import { class2Molecules } from './class2-molecules.ts'
import { LOW_SUPPORT_LIGANDS, type MhcClass, type Predictor, type Predictors } from './predictor.ts'

export interface SupportedAlleles {
  readonly I: readonly HlaAllele[]
  /** Molecules: DR by β chain, DP and DQ as α/β. */
  readonly II: readonly HlaAllele[]
  readonly caveats: readonly Caveat[]
}

export interface AlleleOptions {
  /** Classes wanted; alleles of the other are left out without a word. */
  readonly classes?: readonly MhcClass[]
  /** An unknown allele is replaced by the nearest known name, with a caveat. */
  readonly nearest?: boolean
  /** The names are one person's typing, not any list: at most two alleles of a locus, and what was not typed is told. */
  readonly typing?: boolean
}

/** Errors: those of `parseHlaList`, or of `parseHlaTyping`, with alleles to choose from; `hla-unsupported` with the nearest names; `hla-none`. */
export function supportedAlleles(
  predictors: Predictors,
  names: readonly string[],
  options: AlleleOptions = {},
): Result<SupportedAlleles, Issue> {
  const parsed = readNames(predictors, names, options)
  if (!parsed.ok) return parsed
  const caveats: Caveat[] = [...parsed.value.caveats]
  const wanted = options.classes ?? ['I', 'II']
  const ofClass = (mhcClass: MhcClass) => {
    const entries = wanted.includes(mhcClass) ? parsed.value.alleles.filter(entry => entry.class === mhcClass) : []
    for (const entry of entries) caveats.push(...entry.caveats)
    return entries.map(entry => entry.allele)
  }
  const classOne = check(predictors.I, ofClass('I'), options, caveats)
  if (!classOne.ok) return classOne
  const typed = ofClass('II')
  // the class II model is opened when a class II allele asks for it, not before
  const classTwo = typed.length === 0 ? ok([]) : checkClass2(predictors.II, typed, options, caveats)
  if (!classTwo.ok) return classTwo
  if (classOne.value.length + classTwo.value.length === 0)
    return fail(
      issue(
        'hla-none',
        `no ${wanted.length === 1 ? `class ${wanted[0]} ` : ''}allele was given that can be scored`,
        'give alleles such as HLA-A*02:01,HLA-B*07:02 or DRB1*04:05',
      ),
    )
  if (classTwo.value.length > 0)
    caveats.push(
      caveat('class-ii-affinity-only', 'class II scores are affinities: no class II ligands were trained on, so processing is not in them'),
    )
  return ok({ I: classOne.value, II: classTwo.value, caveats })
}

/** A serotype or a group of alleles is answered with those of it that were measured most; a name of no form with the nearest known ones. */
function readNames(predictors: Predictors, names: readonly string[], { typing, classes }: AlleleOptions): Result<HlaList, Issue> {
  const parsed = typing === true ? parseHlaTyping(names, classes) : parseHlaList(names)
  if (parsed.ok) return parsed
  const fault = parsed.issue
  const culprit = names.find(name => !parseHlaAllele(name).ok)
  if (culprit === undefined || fault.code === 'hla-too-many') return parsed
  const groups = alleleGroups(culprit)
  if (groups === undefined) {
    if (fault.code !== 'hla-unparsable' || culprit.trim() === '') return parsed
    const known = predictors.I.alleles().filter(allele => allele.startsWith('HLA-'))
    const near = nearest(`HLA-${culprit.trim().replace(/^HLA-?/i, '')}`, known)
    return near.length === 0 ? parsed : fail({ ...fault, remedy: `${fault.remedy}; nearest known: ${near.join(', ')}` })
  }
  const predictor = groups[0]!.startsWith('D') ? predictors.II : predictors.I
  const measured = predictor === undefined ? [] : mostMeasured(predictor, groups)
  return measured.length === 0 ? parsed : fail({ ...fault, remedy: `give two fields; measured most in training: ${measured.join(', ')}` })
}

const LISTED = 6

/** Alleles of the groups, those with most ligands and affinities in training first; of class II by their own chain. */
function mostMeasured(predictor: Predictor, groups: readonly string[]): readonly string[] {
  const measured = new Map<string, { readonly own: boolean; readonly rows: number }>()
  for (const allele of predictor.alleles()) {
    const name = allele
      .replace(/^HLA-/, '')
      .split('/')
      .find(part => groups.some(group => part === group || part.startsWith(`${group}:`)))
    const support = name === undefined ? undefined : predictor.support(allele as HlaAllele)
    if (name === undefined || support === undefined || support.distance > 0) continue
    // an allele whose contact residues are another's shares that one's measurements
    const found = { own: support.nearest === allele, rows: support.ligands + support.affinities }
    const before = measured.get(name)
    if (before === undefined || Number(found.own) - Number(before.own) > 0 || found.rows > before.rows) measured.set(name, found)
  }
  const some = [...measured].some(([, { own }]) => own)
  return [...measured]
    .filter(([, { own }]) => own || !some)
    .sort(([a, m], [b, n]) => n.rows - m.rows || byText(a, b))
    .slice(0, LISTED)
    .map(([name]) => name)
}

function checkClass2(
  predictor: Predictor | undefined,
  typed: readonly HlaAllele[],
  options: AlleleOptions,
  caveats: Caveat[],
): Result<readonly HlaAllele[], Issue> {
  if (predictor === undefined) {
    for (const allele of typed) caveats.push(caveat('class-ii-not-scored', `${allele} was not scored: no class II predictor is at hand`))
    return ok([])
  }
  const paired = class2Molecules(typed, predictor.usualAlpha)
  caveats.push(...paired.caveats)
  return check(predictor, paired.molecules, options, caveats)
}

function check(
  predictor: Predictor,
  alleles: readonly HlaAllele[],
  options: AlleleOptions,
  caveats: Caveat[],
): Result<readonly HlaAllele[], Issue> {
  const kept = new Set<HlaAllele>()
  for (const wanted of alleles) {
    let allele = wanted
    let support = predictor.support(allele)
    if (support === undefined) {
      const unknown = membersOf(allele).find(member => predictor.support(member) === undefined)!
      const near = nearestAlleles(predictor, unknown)
      if (options.nearest !== true || near[0] === undefined)
        return fail(
          issue(
            'hla-unsupported',
            `${unknown} is not known to ${predictor.id}`,
            `use one of the nearest names, ${near.join(', ')} (--nearest takes the first), or leave it out`,
          ),
        )
      allele = near[0] as HlaAllele
      support = predictor.support(allele)!
      caveats.push(caveat('allele-replaced', `${wanted} is not known to ${predictor.id}: ${allele} was scored in its place`))
    }
    if ((predictor.mhcClass === 'I' ? support.ligands : support.affinities) < LOW_SUPPORT_LIGANDS) {
      const trained =
        support.distance === 0
          ? `${support.ligands} ligands and ${support.affinities} affinities in training`
          : `not in training; ${support.distance} of 34 contact residues differ from ${support.nearest}`
      caveats.push(caveat('allele-low-support', `${allele}: ${trained}`))
    }
    kept.add(allele)
  }
  return ok([...kept])
}

/** Known names of the same gene, those of the same first field before others. */
function nearestAlleles(predictor: Predictor, allele: HlaAllele): readonly string[] {
  const known = predictor.alleles()
  const family = known.filter(name => name.startsWith(`${allele.split(':')[0]}:`))
  const gene = known.filter(name => name.startsWith(allele.replace(/\*.*/, '*')))
  return nearest(allele, family.length > 0 ? family : gene.length > 0 ? gene : known)
}
