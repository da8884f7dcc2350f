// Number of a standard residue by its character code, in the order of STANDARD_RESIDUES; −1 for everything else.
import { STANDARD_RESIDUES } from '@cognate/core/bio'

export const RESIDUE_CODE: Int32Array = new Int32Array(128).fill(-1)
for (const [i, residue] of [...STANDARD_RESIDUES].entries()) RESIDUE_CODE[residue.charCodeAt(0)] = i
