import { errno } from "./platform.ts";

/** The error of a system call, with the properties that errors of `node:net` have. */
export class SystemError extends Error {
  /** For example `ECONNRESET`. */
  readonly code: string;
  /** The system call. */
  readonly syscall: string;
  /** The system's number for it. */
  readonly errno: number;

  /** An error for the `errno` that `syscall` left. */
  constructor(syscall: string, number: number) {
    const code = nameOf(number);
    super(`${syscall}: ${code}`);
    this.name = "SystemError";
    this.code = code;
    this.syscall = syscall;
    this.errno = number;
  }
}

function nameOf(number: number): string {
  return Object.keys(errno).find((name) => errno[name] === number) ?? `errno ${number}`;
}
