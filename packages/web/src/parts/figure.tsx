// A picture that the server draws of a case or a read-out.

export const Figure = ({ of, figure, says }: { readonly of: string; readonly figure: string; readonly says: string }) => (
  <div className="scroll">
    <img src={`/api/v1${of}/figures/${encodeURIComponent(figure)}`} alt={says} />
  </div>
)
