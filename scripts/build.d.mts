export function compileKernel(): Promise<Uint8Array<ArrayBuffer>>
export function buildAll(): Promise<void>
