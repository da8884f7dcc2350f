// Password and a one-time code: who changes their own proofs proves again who they are.
export function Proof({ password, label }: { readonly password: string; readonly label: string }) {
  return (
    <>
      <label>
        {label}
        <input name={password} type="password" autoComplete="current-password" required />
      </label>
      <label>
        One-time code
        <input name="code" inputMode="numeric" autoComplete="one-time-code" required />
      </label>
    </>
  )
}
