import { libc } from "./libc.ts";
import { F_SETFD, F_SETFL, FD_CLOEXEC, platform } from "./platform.ts";
import { SystemError } from "./system_error.ts";

/** The result of a system call. Throws what `errno` says if it failed. */
export function checked(syscall: string, result: number): number {
  if (result < 0) throw new SystemError(syscall, libc().errno[0]);
  return result;
}

/** Makes calls on a descriptor return at once, and closes it in child processes. */
export function makeNonBlocking(fd: number): void {
  const { fcntl } = libc();
  checked("fcntl", fcntl(fd, F_SETFD, FD_CLOEXEC));
  checked("fcntl", fcntl(fd, F_SETFL, platform().O_NONBLOCK));
}
