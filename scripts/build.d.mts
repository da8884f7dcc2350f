export function compileKernel(name: string): Promise<Uint8Array<ArrayBuffer>>
export function buildAll(): Promise<void>
