// A picture that the server draws of a case.
import { casePath } from '../client/case-answers.ts'

export const Figure = ({ id, figure, says }: { readonly id: string; readonly figure: string; readonly says: string }) => (
  <div className="scroll">
    <img src={`/api/v1${casePath(id, 'figures', figure)}`} alt={says} />
  </div>
)
