// A button for a command whose members are known.
import type { Client, Wish } from '../client/record-client.ts'
import { useSignature } from './use-signature.tsx'

export function SignButton({
  client,
  label,
  wish,
  onDone,
}: {
  readonly client: Client
  readonly label: string
  readonly wish: Omit<Wish, 'key'>
  readonly onDone: () => void
}) {
  const { begin, asked } = useSignature(client, onDone)
  return (
    <>
      <button type="button" onClick={() => void begin(wish)}>
        {label}
      </button>
      {asked}
    </>
  )
}
