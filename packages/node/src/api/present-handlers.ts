// The presentation models over HTTP: what `cognate present` prints, for a page of peptides; which residues drive a score; what an allele presents.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import {
  type MhcClass,
  motifLogo,
  motifsOf,
  PRESENT_COLUMNS,
  type Predictors,
  type PresentRow,
  presentRows,
  residueEffects,
  supportedAlleles,
} from '@cognate/core/presentation'
import type { z } from 'zod'
import { openPredictors } from '../model/open-predictors.ts'
import type { presentBody } from './case-routes.ts'
import { done, type Handlers } from './handler.ts'
import { SVG } from './results-files.ts'

/** Pairs whose residues are looked at: each costs some two hundred scores. */
const MOST_EFFECTS = 60

export function presentHandlers(): Handlers {
  const logos = new Map<HlaAllele, string>()
  return {
    async present({ body }) {
      const asked = body as z.infer<typeof presentBody>
      const models = openPredictors()
      if (!models.ok) return models
      const classes: readonly MhcClass[] = asked.class === 'auto' ? ['I', 'II'] : [asked.class]
      const alleles = supportedAlleles(models.value, asked.alleles, { classes })
      if (!alleles.ok) return fail({ ...alleles.issue, code: 'input' })
      const { I, II, caveats } = alleles.value
      const rows = presentRows(models.value, { peptides: asked.peptides, I, II })
      const effects = asked.effects ? effectsOf(models.value, rows) : ok([])
      if (!effects.ok) return effects
      return done({
        rows: rows.map(row => Object.fromEntries(PRESENT_COLUMNS.map((name, i) => [name, row[i]]))),
        effects: effects.value,
        caveats,
      })
    },
    async motif({ params }) {
      const models = openPredictors()
      if (!models.ok) return models
      const named = supportedAlleles(models.value, [params.id!])
      if (!named.ok) return fail({ ...named.issue, code: 'not-found' })
      const { I, II } = named.value
      const allele = (I[0] ?? II[0])!
      let logo = logos.get(allele)
      if (logo === undefined) {
        logo = motifLogo(motifsOf(I.length > 0 ? models.value.I : models.value.II, [allele])[0]!)
        logos.set(allele, logo)
      }
      return done(logo, { type: SVG })
    },
  }
}

interface PairEffects {
  readonly peptide: string
  readonly allele: string
  readonly residues: ReturnType<typeof residueEffects>
}

/** Of the pairs that have a score. Errors: `input`: they are too many. */
function effectsOf(models: Required<Predictors>, rows: readonly PresentRow[]): Result<readonly PairEffects[], Issue> {
  const scored = rows.filter(([, , , , , score]) => score !== '')
  if (scored.length > MOST_EFFECTS)
    return fail(
      issue('input', `${scored.length} pairs are too many for their residues`, `ask for at most ${MOST_EFFECTS}, or without effects`),
    )
  return ok(
    scored.map(([peptide, allele, mhcClass]) => ({
      peptide,
      allele,
      residues: residueEffects(mhcClass === 'I' ? models.I : models.II, peptide, allele as HlaAllele),
    })),
  )
}
