// Tags by name, and as a user writes them.
import { fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import type { Tag } from './construct.ts'

/** Epitopes by name: Myc doi:10.1128/mcb.5.12.3610-3616.1985, HA doi:10.1016/0092-8674(84)90316-6, FLAG doi:10.1038/nbt1088-1204, V5 doi:10.1099/0022-1317-72-7-1551. */
export const TAGS: Readonly<Record<string, string>> = { Myc: 'EQKLISEEDL', HA: 'YPYDVPDYA', FLAG: 'DYKDDDDK', V5: 'GKPIPNPLLGLDST' }

/** `Myc@beta-C`, or with residues of your own `Mine=GSGSG@alpha-N`: behind the leader (N) or at the chain's end (C). Errors: `tag-form`, `tag-unknown`. */
export function parseTag(text: string): Result<Tag, Issue> {
  const match = /^([A-Za-z0-9_-]+)(?:=([A-Z]+))?@(alpha|beta)-([NC])$/.exec(text)
  if (match === null)
    return fail(issue('tag-form', `"${text}" is no tag and place`, 'write NAME@alpha-N, NAME@beta-C, or NAME=RESIDUES@alpha-N'))
  const [, name = '', given, chain, place] = match
  const known = Object.keys(TAGS).find(key => key.toLowerCase() === name.toLowerCase())
  const aa = given ?? (known === undefined ? '' : TAGS[known]!)
  if (!/^[ACDEFGHIKLMNPQRSTVWY]+$/.test(aa))
    return fail(
      issue(
        'tag-unknown',
        `the tag ${name} has no residues`,
        `use ${Object.keys(TAGS).join(', ')} (nearest: ${nearest(name, Object.keys(TAGS), 1)[0]}), or NAME=RESIDUES`,
      ),
    )
  return ok({ name: known ?? name, aa, chain: chain as 'alpha' | 'beta', place: place as 'N' | 'C' })
}
