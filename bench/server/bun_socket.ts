/** The part of Bun's socket API that the benchmarks use: Bun's own types would be a dependency. */
export interface BunSocket<State> {
  data: State;
  /** Bytes taken by the system, less than asked for when its buffer is full, negative once closed. */
  write(bytes: Uint8Array, offset: number, length: number): number;
  setNoDelay(noDelay: boolean): void;
  end(): void;
}

export interface BunSocketHandlers<State> {
  open?(socket: BunSocket<State>): void;
  data(socket: BunSocket<State>, bytes: Uint8Array): void;
  drain?(socket: BunSocket<State>): void;
  close?(socket: BunSocket<State>): void;
  error?(socket: BunSocket<State>, error: Error): void;
}

interface BunTcp {
  listen<State>(
    options: {
      hostname: string;
      port: number;
      tls?: { cert: string; key: string };
      socket: BunSocketHandlers<State>;
    },
  ): { port: number };
  connect<State>(
    options: { hostname: string; port: number; socket: BunSocketHandlers<State> },
  ): Promise<BunSocket<State>>;
}

/** Bun's TCP, or `undefined` in another runtime. */
export const bunTcp: BunTcp | undefined = (globalThis as { Bun?: BunTcp }).Bun;
