// What rows of a case name, as links to its screen; and what a plate said of it.
import { caseHref, type Row } from '../client/case-answers.ts'
import { Mark } from './mark.tsx'

interface Named {
  /** Of the case. */
  readonly id: string
  readonly row: Row
}

export const ReceptorLink = ({ id, row }: Named) => <a href={caseHref(id, 'receptors', row.receptor_id ?? '')}>{row.receptor_id}</a>

/** A neoantigen, or the minigene that carried it. */
export const AntigenLink = ({ id, row }: Named) => <a href={caseHref(id, 'neoantigens', row.neoantigen_id ?? '')}>{row.neoantigen_id}</a>

export const Call = ({ row }: Pick<Named, 'row'>) => (row.call === 'positive' ? <Mark says="answered" /> : row.call)

/** `liver-1:26,lung-2:9` as people read it. */
export const byLesion = ({ cells_by_lesion: text = '' }: Row): string => text.replaceAll(',', ', ').replaceAll(':', ' ')
